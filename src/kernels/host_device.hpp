// Functions that run on the host and on a GPU alike.
#pragma once

#if defined(__CUDACC__)
#define RELIEVO_HD __host__ __device__
#else
#define RELIEVO_HD
#endif
