#include "io/icc.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <vector>

namespace relievo {
inline namespace v1 {
namespace io {
namespace {

constexpr std::size_t header_size = 128;

// Colorants adapted to D50 by the Bradford transform, columns red, green, blue, each X Y Z.
struct KnownPrimaries {
  Primaries primaries;
  std::array<double, 9> colorants;
};
constexpr KnownPrimaries known_primaries[] = {
    {Primaries::bt709, {0.43607, 0.22249, 0.01392, 0.38515, 0.71687, 0.09708, 0.14307, 0.06061, 0.71410}},
    {Primaries::display_p3, {0.51512, 0.24120, -0.00105, 0.29198, 0.69225, 0.04189, 0.15710, 0.06657, 0.78407}},
    {Primaries::adobe_rgb, {0.60974, 0.31111, 0.01947, 0.20528, 0.62567, 0.06087, 0.14919, 0.06322, 0.74457}},
    {Primaries::bt2020, {0.67346, 0.27903, -0.00193, 0.16566, 0.67535, 0.02998, 0.12505, 0.04561, 0.79686}},
};

// Far above the rounding of real profiles (0.001), far below the distance of the sets (0.07).
constexpr double colorant_tolerance = 0.015;

std::uint32_t code(const char (&text)[5]) { return big32(reinterpret_cast<const std::uint8_t*>(text)); }

ByteSpan tag(ByteSpan profile, std::uint32_t signature) {
  if (profile.size() < header_size + 4) return {};
  const std::size_t room = (profile.size() - header_size - 4) / 12;
  const std::size_t count = std::min<std::size_t>(big32(&profile[header_size]), room);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t* entry = &profile[header_size + 4 + i * 12];
    if (big32(entry) != signature) continue;
    const std::uint64_t offset = big32(entry + 4), size = big32(entry + 8);
    if (offset + size > profile.size()) return {};
    return profile.subspan(offset, size);
  }
  return {};
}

double fixed16(const std::uint8_t* p) { return static_cast<std::int32_t>(big32(p)) / 65536.0; }

std::optional<double> table_value(ByteSpan curve, double x) {
  const std::uint64_t count = big32(&curve[8]);
  if (count == 0) return x;
  if (12 + count * 2 > curve.size()) return {};
  if (count == 1) return std::pow(x, big16(&curve[12]) / 256.0);
  const double position = x * static_cast<double>(count - 1);
  const auto low = static_cast<std::size_t>(position);
  const std::size_t high = std::min<std::size_t>(low + 1, count - 1);
  const double part = position - static_cast<double>(low);
  return ((1 - part) * big16(&curve[12 + low * 2]) + part * big16(&curve[12 + high * 2])) / 65535.0;
}

// ICC.1:2022, 10.18 parametricCurveType.
std::optional<double> parametric_value(ByteSpan curve, double x) {
  constexpr std::size_t parameters[] = {1, 3, 4, 5, 7};
  const std::uint32_t kind = big16(&curve[8]);
  if (kind > 4 || 12 + parameters[kind] * 4 > curve.size()) return {};
  double p[7] = {1, 1, 0, 0, 0, 0, 0};
  for (std::size_t i = 0; i < parameters[kind]; ++i) p[i] = fixed16(&curve[12 + i * 4]);
  const auto [g, a, b, c, d, e, f] = std::to_array(p);
  const auto power = [g](double v) { return v > 0 ? std::pow(v, g) : 0.0; };
  switch (kind) {
    case 0:
      return power(x);
    case 1:
      return a * x + b >= 0 ? power(a * x + b) : 0;
    case 2:
      return (a * x + b >= 0 ? power(a * x + b) : 0) + c;
    case 3:
      return x >= d ? power(a * x + b) : c * x;
    default:
      return x >= d ? power(a * x + b) + e : c * x + f;
  }
}

std::optional<double> curve_value(ByteSpan curve, double x) {
  if (curve.size() < 12) return {};
  if (big32(curve.data()) == code("curv")) return table_value(curve, x);
  if (big32(curve.data()) == code("para")) return parametric_value(curve, x);
  return {};
}

double to_linear(Transfer transfer, double x) {
  switch (transfer) {
    case Transfer::srgb:
      return x <= 0.04045 ? x / 12.92 : std::pow((x + 0.055) / 1.055, 2.4);
    case Transfer::bt709:
      return x < 0.081 ? x / 4.5 : std::pow((x + 0.099) / 1.099, 1 / 0.45);
    case Transfer::gamma22:
      return std::pow(x, 2.2);
    case Transfer::linear:
      break;
  }
  return x;
}

Transfer nearest_transfer(ByteSpan curve) {
  Transfer best = Transfer::srgb;
  double least = 1e9;
  for (Transfer transfer : {Transfer::srgb, Transfer::linear, Transfer::bt709, Transfer::gamma22}) {
    double error = 0;
    for (double x : {0.02, 0.05, 0.1, 0.25, 0.5, 0.75}) {
      const auto value = curve_value(curve, x);
      if (!value || !std::isfinite(*value)) return Transfer::srgb;
      // Roots, as the curves differ most in the darks.
      error = std::max(error, std::abs(std::sqrt(std::max(0.0, *value)) - std::sqrt(to_linear(transfer, x))));
    }
    if (error < least) least = error, best = transfer;
  }
  return best;
}

// Primaries of ITU-T H.273 in the tag of ICC.1:2022, 9.2.17.
std::optional<Primaries> coded_primaries(ByteSpan cicp) {
  if (cicp.size() < 12 || big32(cicp.data()) != code("cicp")) return {};
  switch (cicp[8]) {
    case 1:
      return Primaries::bt709;
    case 9:
      return Primaries::bt2020;
    case 12:
      return Primaries::display_p3;
    default:
      return {};
  }
}

Primaries nearest_primaries(ByteSpan profile) {
  if (const auto coded = coded_primaries(tag(profile, code("cicp")))) return *coded;
  std::array<double, 9> colorants{};
  const std::uint32_t names[] = {code("rXYZ"), code("gXYZ"), code("bXYZ")};
  for (std::size_t i = 0; i < 3; ++i) {
    const ByteSpan xyz = tag(profile, names[i]);
    if (xyz.size() < 20 || big32(xyz.data()) != code("XYZ ")) return Primaries::unspecified;
    for (std::size_t k = 0; k < 3; ++k) colorants[i * 3 + k] = fixed16(&xyz[8 + k * 4]);
  }
  for (const KnownPrimaries& known : known_primaries) {
    double distance = 0;
    for (std::size_t i = 0; i < 9; ++i) distance = std::max(distance, std::abs(colorants[i] - known.colorants[i]));
    if (distance < colorant_tolerance) return known.primaries;
  }
  return Primaries::unspecified;
}

struct Writer {
  Bytes bytes;
  void u16(std::uint32_t v) {
    bytes.push_back(static_cast<std::uint8_t>(v >> 8)), bytes.push_back(static_cast<std::uint8_t>(v));
  }
  void u32(std::uint32_t v) { u16(v >> 16), u16(v & 0xffff); }
  void fixed(double v) { u32(static_cast<std::uint32_t>(static_cast<std::int32_t>(std::lround(v * 65536)))); }
  void zeros(std::size_t count) { bytes.resize(bytes.size() + count); }
  void text(std::string_view s) { append(bytes, s); }
};

Bytes tone_curve(Transfer transfer) {
  Writer w;
  w.text("para");
  w.zeros(4);
  switch (transfer) {
    case Transfer::srgb:
    case Transfer::bt709: {
      const bool srgb = transfer == Transfer::srgb;
      w.u16(3), w.u16(0);
      w.fixed(srgb ? 2.4 : 1 / 0.45);
      w.fixed(srgb ? 1 / 1.055 : 1 / 1.099);
      w.fixed(srgb ? 0.055 / 1.055 : 0.099 / 1.099);
      w.fixed(srgb ? 1 / 12.92 : 1 / 4.5);
      w.fixed(srgb ? 0.04045 : 0.081);
      break;
    }
    case Transfer::linear:
    case Transfer::gamma22:
      w.u16(0), w.u16(0);
      w.fixed(transfer == Transfer::linear ? 1.0 : 563.0 / 256);  // 2.19921875, as Adobe RGB (1998) has it
      break;
  }
  return w.bytes;
}

Bytes multi_text(std::string_view text) {
  Writer w;
  w.text("mluc");
  w.zeros(4);
  w.u32(1), w.u32(12);
  w.text("enUS");
  w.u32(static_cast<std::uint32_t>(text.size() * 2)), w.u32(28);
  for (char c : text) w.u16(static_cast<unsigned char>(c));
  while (w.bytes.size() % 4) w.zeros(1);
  return w.bytes;
}

Bytes xyz_tag(double x, double y, double z) {
  Writer w;
  w.text("XYZ ");
  w.zeros(4);
  w.fixed(x), w.fixed(y), w.fixed(z);
  return w.bytes;
}

const char* profile_name(Primaries primaries) {
  switch (primaries) {
    case Primaries::display_p3:
      return "Display P3";
    case Primaries::bt2020:
      return "ITU-R BT.2020";
    case Primaries::adobe_rgb:
      return "Compatible with Adobe RGB (1998)";
    default:
      return "ITU-R BT.709";
  }
}

}  // namespace

IccSpace icc_space(ByteSpan profile) {
  if (profile.size() < header_size + 4 || big32(&profile[36]) != code("acsp")) return IccSpace::none;
  const std::uint32_t space = big32(&profile[16]);
  return space == code("RGB ") ? IccSpace::rgb : space == code("GRAY") ? IccSpace::grey : IccSpace::other;
}

std::optional<Color> icc_color(ByteSpan profile) {
  switch (icc_space(profile)) {
    case IccSpace::rgb:
      return Color{nearest_primaries(profile), nearest_transfer(tag(profile, code("rTRC"))), false};
    case IccSpace::grey:
      return Color{Primaries::bt709, nearest_transfer(tag(profile, code("kTRC"))), false};
    default:
      return {};
  }
}

Bytes make_icc(IccSpace space, Color color) {
  const bool grey = space == IccSpace::grey;
  const auto* known = std::find_if(std::begin(known_primaries), std::end(known_primaries),
                                   [&](const KnownPrimaries& k) { return k.primaries == color.primaries; });
  if (!grey && known == std::end(known_primaries)) return {};
  const Bytes curve = tone_curve(color.transfer);
  struct Tag {
    std::string_view name;
    Bytes data;
  };
  std::vector<Tag> tags = {{"desc", multi_text(grey ? "Grey" : profile_name(color.primaries))},
                           {"cprt", multi_text("Public domain")},
                           {"wtpt", xyz_tag(0.9642, 1, 0.8249)}};
  if (grey) {
    tags.push_back({"kTRC", curve});
  } else {
    const auto& c = known->colorants;
    tags.insert(tags.end(), {{"rXYZ", xyz_tag(c[0], c[1], c[2])},
                             {"gXYZ", xyz_tag(c[3], c[4], c[5])},
                             {"bXYZ", xyz_tag(c[6], c[7], c[8])},
                             {"rTRC", curve},
                             {"gTRC", {}},
                             {"bTRC", {}}});
  }
  Writer body, table;
  table.u32(static_cast<std::uint32_t>(std::size(tags)));
  const std::size_t start = header_size + 4 + std::size(tags) * 12;
  std::size_t last = 0, last_size = 0;
  for (const Tag& t : tags) {
    if (!t.data.empty()) {  // else the data of the tag before it
      last = start + body.bytes.size();
      last_size = t.data.size();
      append(body.bytes, t.data);
    }
    table.text(t.name);
    table.u32(static_cast<std::uint32_t>(last)), table.u32(static_cast<std::uint32_t>(last_size));
  }
  Writer w;
  w.u32(static_cast<std::uint32_t>(start + body.bytes.size()));
  w.zeros(4);
  w.u32(0x04300000);  // version 4.3
  w.text(grey ? "mntrGRAYXYZ " : "mntrRGB XYZ ");
  for (std::uint32_t part : {2024u, 1u, 1u, 0u, 0u, 0u}) w.u16(part);  // a fixed date keeps files reproducible
  w.text("acsp");
  w.zeros(28);                                   // platform, flags, device, rendering intent: none, perceptual
  w.fixed(0.9642), w.fixed(1), w.fixed(0.8249);  // the illuminant of the connection space, D50
  w.zeros(header_size - w.bytes.size());
  append(w.bytes, table.bytes);
  append(w.bytes, body.bytes);
  return w.bytes;
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
