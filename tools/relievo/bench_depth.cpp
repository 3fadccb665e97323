#include "bench_depth.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <optional>
#include <thread>

#include <relievo/device.hpp>
#include <relievo/io/depth.hpp>
#include <relievo/io/photo.hpp>
#include <relievo/version.hpp>

#include "child.hpp"
#include "common/depth_metrics.hpp"
#include "common/fail.hpp"
#include "common/ramp.hpp"
#include "common/stand_in.hpp"

namespace tool {
namespace {

using nlohmann::ordered_json;
using relievo::DepthMap;
using relievo::ErrorCode;
using relievo::ImageView;

constexpr int made_width = 1024, made_height = 768;

// A file that no longer has a name: it is gone with the process, however that ends.
class NamelessFile {
 public:
  NamelessFile() {
    std::string name = (std::filesystem::temp_directory_path() / "relievo-stand-in-XXXXXX").string();
    file_ = mkstemp(name.data());
    if (file_ < 0) fail(ErrorCode::io, "Cannot write '", name, "': ", std::strerror(errno), ".");
    unlink(name.c_str());
  }
  NamelessFile(const NamelessFile&) = delete;
  NamelessFile& operator=(const NamelessFile&) = delete;
  ~NamelessFile() { close(file_); }
  /// In this process and its children.
  std::string path() const { return "/proc/self/fd/" + std::to_string(file_); }

 private:
  int file_ = -1;
};

struct Model {
  std::string name, file, architecture;
  std::int64_t parameters = 0;
  bool is_network = false;
};

Model look_up(const std::string& name) {
  if (name == "ramp" || name == "cues") return {name, {}, {}, 0, false};
  std::string names = "ramp, cues";
  for (const relievo::ModelInfo& known : relievo::models()) {
    if (known.task != "depth") continue;
    if (known.name == name) {
      if (!known.problem.empty()) fail(ErrorCode::corrupt_data, known.problem);
      return {name, known.file, known.architecture.empty() ? name : known.architecture, known.parameters, true};
    }
    names += ", " + known.name;
  }
  std::error_code ignored;
  if (std::filesystem::is_regular_file(name, ignored)) return {name, name, {}, 0, true};
  fail(ErrorCode::not_found, "There is no depth model \"", name, "\" and no file of that name; there are ", names, ".");
}

template <class Body>
double ms_of(Body&& body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

// Noise over a slope: nothing is measured on zeros.
relievo::Image made_photo() {
  relievo::Image image(made_width, made_height, {relievo::Scalar::u8, 3});
  std::uint32_t noise = 1;
  for (int y = 0; y < made_height; ++y) {
    auto* row = image.row<std::uint8_t>(y);
    for (int i = 0; i < 3 * made_width; ++i) {
      noise = noise * 1664525u + 1013904223u;
      row[i] = static_cast<std::uint8_t>((i / 3 + y) / 10 + static_cast<int>(noise >> 26));
    }
  }
  return image;
}

using Estimate = std::function<std::vector<DepthMap>(const std::vector<ImageView>&)>;

Estimate open_model(const Model& model, const relievo::Device& device, relievo::Precision precision, int batch) {
  if (model.name == "ramp") {
    return [](const std::vector<ImageView>& photos) {
      std::vector<DepthMap> depths;
      for (const ImageView& photo : photos) depths.push_back(ramp(photo));
      return depths;
    };
  }
  relievo::DepthOptions options;
  options.model = model.is_network ? model.file : model.name;
  options.architecture = model.architecture;
  options.precision = precision;
  options.batch = batch;
  const auto estimator = std::make_shared<relievo::DepthEstimator>(device, options);
  return [estimator](const std::vector<ImageView>& photos) { return estimator->estimate(photos); };
}

ordered_json number_or_null(double value) { return std::isfinite(value) ? ordered_json(value) : ordered_json(); }

// Means over the photos whose truth is known; null where there is none.
ordered_json quality(const DepthBench& bench, const Estimate& estimate) {
  std::vector<DepthMetrics> all;
  for (std::size_t i = 0; i < bench.photos.size(); ++i) {
    if (bench.truths[i].empty()) continue;
    const relievo::io::Photo photo = relievo::io::read(bench.photos[i]);
    const DepthMap truth = relievo::io::read_depth(bench.truths[i], bench.truth_kind, bench.truth_scale);
    all.push_back(depth_metrics(estimate({photo.image}).front(), truth));
  }
  if (all.empty()) return {};
  ordered_json out{{"photos", all.size()}};
  for (const DepthMeasure& measure : depth_measures) {
    double sum = 0;
    for (const DepthMetrics& metrics : all) sum += metrics.*measure.value;
    out[measure.name] = number_or_null(sum / static_cast<double>(all.size()));
  }
  return out;
}

// In a process of its own.
ordered_json measured(const DepthBench& bench, const Model& model, relievo::Precision precision, bool is_stand_in) {
  const relievo::Device device = relievo::Device::from_name(bench.device, bench.threads);
  relievo::Image photo = bench.photos.empty() ? made_photo() : relievo::io::read(bench.photos.front()).image;
  ordered_json row{{"module_ms", nullptr}};
  if (model.is_network) row["module_ms"] = ms_of([] { relievo::DepthEstimator::architectures(); });
  Estimate estimate;
  const int most = *std::max_element(bench.batches.begin(), bench.batches.end());
  row["load_ms"] = ms_of([&] { estimate = open_model(model, device, precision, most); });
  row["first_ms"] = ms_of([&] { estimate({photo}); });
  row["batches"] = ordered_json::array();
  for (const int batch : bench.batches) {
    const std::vector<ImageView> photos(static_cast<std::size_t>(batch), photo);
    if (batch > 1) estimate(photos);
    std::vector<double> times;
    for (int i = 0; i < bench.repetitions; ++i) times.push_back(ms_of([&] { estimate(photos); }) / batch);
    std::sort(times.begin(), times.end());
    const std::size_t middle = times.size() / 2;
    row["batches"].push_back(
        {{"photos", batch},
         {"min_ms", times.front()},
         {"median_ms", times.size() % 2 == 1 ? times[middle] : (times[middle - 1] + times[middle]) / 2},
         {"max_ms", times.back()}});
  }
  row["quality"] = is_stand_in ? ordered_json() : quality(bench, estimate);
  return row;
}

void set_threads(int threads) {
  if (threads > 0) relievo::set_process_threads(threads);
}

// In a process of its own, as it opens what is to be timed.
ordered_json written(const std::string& architecture, const std::string& path) {
  for (const relievo::ModuleStatus& module : relievo::module_status()) {
    if (module.name != "torch") continue;
    if (!module.loaded) {
      fail(ErrorCode::not_found, "The depth model ", architecture, " needs the module librelievo_torch.so, and ",
           module.reason, ".");
    }
    write_stand_in(module.file, architecture, path);
  }
  return {};
}

ordered_json facts(const DepthBench& bench) {
  const relievo::Device device = relievo::Device::from_name(bench.device, bench.threads);
  std::string photo = "made";
  int width = made_width, height = made_height;
  if (!bench.photos.empty()) {
    const relievo::io::Photo first = relievo::io::read(bench.photos.front());
    photo = std::filesystem::path(bench.photos.front()).filename().string();
    width = first.image.width();
    height = first.image.height();
  }
  return {{"relievo", relievo::version()},
          {"device", device.name()},
          {"threads", device.threads()},
          {"photo", photo},
          {"width", width},
          {"height", height},
          {"repetitions", bench.repetitions}};
}

}  // namespace

std::vector<std::string> usual_depth_models() {
  std::vector<std::string> names{"ramp", "cues"}, others;
  // In a child, since the module starts threads.
  const auto has_networks = [] {
    const std::vector<relievo::ModuleStatus> modules = relievo::module_status();
    return std::any_of(modules.begin(), modules.end(),
                       [](const relievo::ModuleStatus& module) { return module.name == "torch" && module.loaded; });
  };
  if (!in_child(has_networks).answer.get<bool>()) return names;
  for (const relievo::ModelInfo& model : relievo::models()) {
    const bool is_here = model.task == "depth" && !model.file.empty();
    if (model.built_in) {
      names.push_back(model.name);
    } else if (is_here || model.name == "depth-anything-v2-small") {
      others.push_back(model.name);
    }
  }
  names.insert(names.end(), others.begin(), others.end());
  return names;
}

ordered_json bench_depth(const DepthBench& bench, const relievo::Progress& progress) {
  std::vector<Model> models;
  for (const std::string& name : bench.models) models.push_back(look_up(name));
  const auto run = [&](const std::function<ordered_json()>& body) {
    return in_child([&] {
      set_threads(bench.threads);
      return body();
    });
  };
  ordered_json out = run([&] { return facts(bench); }).answer;
  out["rows"] = ordered_json::array();
  double done = 0;
  for (Model& model : models) {
    progress.report(done++ / static_cast<double>(models.size()), model.name);
    const bool is_stand_in = model.is_network && model.file.empty();
    std::optional<NamelessFile> file;
    if (is_stand_in) {
      model.file = file.emplace().path();
      run([&] { return written(model.architecture, model.file); });
    }
    for (const relievo::Precision precision : bench.precisions) {
      const ChildResult result = run([&] { return measured(bench, model, precision, is_stand_in); });
      std::error_code ignored;
      ordered_json row{{"model", model.name},
                       {"precision", model.is_network ? ordered_json(relievo::name_of(precision)) : ordered_json()},
                       {"stand_in", is_stand_in},
                       {"parameters", model.parameters > 0 ? ordered_json(model.parameters) : ordered_json()},
                       {"file_bytes", model.is_network ? ordered_json(std::filesystem::file_size(model.file, ignored))
                                                       : ordered_json()}};
      row.update(result.answer);
      row["peak_mib"] = result.peak_mib;
      out["rows"].push_back(row);
      if (!model.is_network) break;
    }
  }
  progress.report(1, "done");
  return out;
}

}  // namespace tool
