#include "io/png.hpp"

#include <png.h>
#include <zlib.h>

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <vector>

#include "core/check.hpp"

namespace relievo {
inline namespace v1 {
namespace io {
namespace {

// libpng leaves through longjmp, so functions below that call it own nothing with a destructor.
struct Session {
  bool writes = false;
  png_structp png = nullptr;
  png_infop info = nullptr;
  ByteSpan source;
  std::size_t at = 0;
  Bytes sink;
  bool no_memory = false;
  char message[120] = {};

  explicit Session(bool writing) : writes(writing) {
    png = writing ? png_create_write_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning)
                  : png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
    info = png ? png_create_info_struct(png) : nullptr;
    if (info) return;
    close();
    throw std::bad_alloc();
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { close(); }
  void close() {
    if (writes) {
      png_destroy_write_struct(&png, &info);
    } else {
      png_destroy_read_struct(&png, &info, nullptr);
    }
  }

  static void on_error(png_structp png, png_const_charp text) {
    auto* session = static_cast<Session*>(png_get_error_ptr(png));
    std::snprintf(session->message, sizeof session->message, "%s", text);
    png_longjmp(png, 1);
  }
  static void on_warning(png_structp, png_const_charp) {}
  static void pull(png_structp png, png_bytep to, std::size_t size) {
    auto* session = static_cast<Session*>(png_get_io_ptr(png));
    if (size > session->source.size() - session->at) png_error(png, "it ends too early");
    std::copy_n(session->source.data() + session->at, size, to);
    session->at += size;
  }
  static void push(png_structp png, png_bytep from, std::size_t size) {
    auto* session = static_cast<Session*>(png_get_io_ptr(png));
    try {
      append(session->sink, ByteSpan(from, size));
      return;
    } catch (...) {
      session->no_memory = true;
    }
    png_error(png, "out of memory");
  }
};

struct Header {
  png_uint_32 width = 0, height = 0;
  int bits = 8;
  int channels = 0;
  const png_byte* icc = nullptr;
  png_uint_32 icc_size = 0;
};

bool read_header(Session& session, Header& header) {
  png_structp png = session.png;
  png_infop info = session.info;
  if (setjmp(png_jmpbuf(png))) return false;
  png_set_user_limits(png, max_image_side, max_image_side);
  png_set_read_fn(png, &session, Session::pull);
  png_read_info(png, info);
  png_set_expand(png);
  png_set_swap(png);
  const int type = png_get_color_type(png, info);
  const bool alpha = (type & PNG_COLOR_MASK_ALPHA) || png_get_valid(png, info, PNG_INFO_tRNS);
  if (alpha && !(type & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  header.width = png_get_image_width(png, info);
  header.height = png_get_image_height(png, info);
  header.bits = png_get_bit_depth(png, info);
  header.channels = png_get_channels(png, info);
  png_charp name = nullptr;
  int method = 0;
  png_bytep profile = nullptr;
  if (png_get_iCCP(png, info, &name, &method, &profile, &header.icc_size)) header.icc = profile;
  return true;
}

bool read_rows(Session& session, png_bytepp rows) {
  if (setjmp(png_jmpbuf(session.png))) return false;
  png_read_image(session.png, rows);
  return true;
}

// False where libpng finds fault with the profile, of which it makes a warning only, or the header.
bool begin_writing(Session& session, const ImageView& image, ByteSpan icc) {
  png_structp png = session.png;
  png_infop info = session.info;
  if (setjmp(png_jmpbuf(png))) return false;
  const int channels = image.format.channels;
  const int type = channels == 1 ? PNG_COLOR_TYPE_GRAY : channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_RGBA;
  const bool wide = image.format.scalar == Scalar::u16;
  png_set_user_limits(png, max_image_side, max_image_side);
  png_set_write_fn(png, &session, Session::push, nullptr);
  png_set_IHDR(png, info, static_cast<png_uint_32>(image.width), static_cast<png_uint_32>(image.height), wide ? 16 : 8,
               type, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (icc.empty()) return true;
  png_set_benign_errors(png, 1);
  png_set_iCCP(png, info, "ICC profile", PNG_COMPRESSION_TYPE_BASE, icc.data(), static_cast<png_uint_32>(icc.size()));
  return png_get_valid(png, info, PNG_INFO_iCCP) != 0;
}

bool write_rest(Session& session, int level, png_bytepp rows) {
  png_structp png = session.png;
  png_infop info = session.info;
  if (setjmp(png_jmpbuf(png))) return false;
  png_set_compression_level(png, level);
  png_set_compression_buffer_size(png, 1 << 16);
  // One fixed filter is several times faster than trying all five on each row, and costs little size.
  if (level <= 5) png_set_filter(png, PNG_FILTER_TYPE_BASE, level == 0 ? PNG_FILTER_NONE : PNG_FILTER_SUB);
  if (level >= 1 && level <= 5) png_set_compression_strategy(png, Z_FILTERED);
  png_write_info(png, info);
  png_set_swap(png);
  png_write_image(png, rows);
  png_write_end(png, info);
  return true;
}

std::vector<png_bytep> rows_of(const ImageView& image) {
  std::vector<png_bytep> rows;
  for (int y = 0; y < image.height; ++y) rows.push_back(const_cast<png_bytep>(image.row<png_byte>(y)));
  return rows;
}

}  // namespace

Image decode_png(const std::string& path, ByteSpan bytes, Bytes& icc) {
  Session session(false);
  session.source = bytes;
  Header header;
  if (read_header(session, header)) {
    Image image(static_cast<int>(header.width), static_cast<int>(header.height),
                {header.bits == 16 ? Scalar::u16 : Scalar::u8, static_cast<std::uint8_t>(header.channels)});
    if (header.icc) icc.assign(header.icc, header.icc + header.icc_size);
    std::vector<png_bytep> rows = rows_of(image);
    if (read_rows(session, rows.data())) return image;
  }
  fail(ErrorCode::corrupt_data, "'", path, "' is truncated or damaged: ", session.message, ".");
}

bool png_holds(const ImageView& image, ByteSpan icc) {
  Session session(true);
  return begin_writing(session, image, icc);
}

Bytes encode_png(const std::string& path, const ImageView& image, int level, ByteSpan icc) {
  Session session(true);
  std::vector<png_bytep> rows = rows_of(image);
  if (begin_writing(session, image, icc) && write_rest(session, level, rows.data())) return std::move(session.sink);
  if (session.no_memory) throw std::bad_alloc();
  fail(ErrorCode::io, "Cannot encode '", path, "': ", session.message, ".");
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
