#include "sheet.hpp"

#include <algorithm>

#include <relievo/io/photo.hpp>

#include "sample_sheet.hpp"

namespace tool {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t each = 3;  // Pictures of the best, and of the worst.

// Best first.
std::vector<std::size_t> chosen(const ordered_json& found, const PairSet& set) {
  std::vector<double> sums(set.pairs.size(), 0);
  for (const ordered_json& row : found["rows"]) {
    if (row["set"] != set.source.name) continue;
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const ordered_json& value = row["pictures"][i]["spearman"];
      sums[i] += value.is_number() ? value.get<double>() : 0;
    }
  }
  std::vector<std::size_t> order(sums.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return sums[a] > sums[b]; });
  if (order.size() > 2 * each) order.erase(order.begin() + each, order.end() - each);
  return order;
}

}  // namespace

ordered_json write_sheets(const Evaluation& evaluation, const ordered_json& found,
                          const std::filesystem::path& folder) {
  ordered_json sheets = ordered_json::array();
  for (const PairSet& set : evaluation.sets) {
    SampleSheet sheet;
    ordered_json names = ordered_json::array();
    for (const std::size_t i : chosen(found, set)) {
      const PhotoAndDepth known = read_pair(set, set.pairs[i]);
      std::vector<relievo::DepthMap> estimates;
      for (const DepthModel& model : evaluation.models) estimates.push_back(model.estimate(known.photo));
      std::vector<const relievo::DepthMap*> shown{&known.depth};
      for (const relievo::DepthMap& estimate : estimates) shown.push_back(&estimate);
      sheet.add(known.photo, shown);
      names.push_back(set.pairs[i].name);
    }
    const std::string file = set.source.name + ".png";
    relievo::io::write((folder / file).string(), sheet.picture());
    sheets.push_back({{"set", set.source.name}, {"file", file}, {"pictures", names}});
  }
  return sheets;
}

}  // namespace tool
