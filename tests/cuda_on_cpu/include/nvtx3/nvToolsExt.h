// Ranges of NVIDIA's profilers: here the innermost one names the operation in reports.
#pragma once

int nvtxRangePushA(const char* name);
int nvtxRangePop();
