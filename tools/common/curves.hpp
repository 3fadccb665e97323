// Plots of curves.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace tool {

struct Curve {
  std::string name;
  std::vector<std::pair<double, double>> points;  ///< Those that are not finite are left out.
};

struct CurvePanel {
  std::string title;
  std::vector<Curve> curves;
};

/// Panels below one another with one axis along, which begins at 0. Each panel's range is that of its points without
/// the first tenth, whose losses are of a network that knows nothing yet.
std::string curves_as_svg(const std::vector<CurvePanel>& panels, const std::string& along);

}  // namespace tool
