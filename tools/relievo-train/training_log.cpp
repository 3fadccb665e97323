#include "training_log.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <utility>

#include "common/curves.hpp"
#include "common/files.hpp"

namespace tool {
namespace {

const std::vector<std::string> loss_columns{"total", "value", "gradient", "order", "rate", "pictures_per_second"};

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

std::string duration(double seconds) {
  const auto whole = static_cast<long long>(seconds + 0.5);
  char text[64];
  if (whole >= 3600) {
    std::snprintf(text, sizeof text, "%lld h %02lld min", whole / 3600, whole / 60 % 60);
  } else if (whole >= 60) {
    std::snprintf(text, sizeof text, "%lld min %02lld s", whole / 60, whole % 60);
  } else {
    std::snprintf(text, sizeof text, "%lld s", whole);
  }
  return text;
}

}  // namespace

TrainingLog::TrainingLog(std::filesystem::path folder, const TrainerOptions& options, std::int64_t first, bool quiet)
    : folder_(std::move(folder)),
      options_(options),
      quiet_(quiet),
      terminal_(isatty(STDERR_FILENO) != 0),
      first_(first) {
  const auto restore = [&](const char* name, std::vector<Row>& rows, std::vector<std::string>& columns) {
    std::ifstream in(folder_ / name);
    std::string line, cell;
    for (bool head = true; std::getline(in, line); head = false) {
      std::istringstream cells(line);
      Row row{0, {}};
      std::getline(cells, cell, ',');
      row.step = head ? 0 : std::strtoll(cell.c_str(), nullptr, 10);
      while (std::getline(cells, cell, ',')) {
        if (head) {
          columns.push_back(cell);
        } else {
          row.values.push_back(std::strtod(cell.c_str(), nullptr));
        }
      }
      if (!head && row.step <= first && row.values.size() == columns.size()) rows.push_back(std::move(row));
    }
  };
  if (first == 0) return;
  std::vector<std::string> ignored;
  restore("losses.csv", losses_, ignored);
  restore("validation.csv", validation_, sets_);
}

void TrainingLog::add(const Trainer::Step& step) {
  sum_.number = step.number;
  sum_.total += step.total;
  sum_.value += step.value;
  sum_.gradient += step.gradient;
  sum_.order += step.order;
  sum_.rate = step.rate;
  ++added_;
  if (step.number % interval != 0 && step.number != options_.steps) return;
  const auto count = static_cast<double>(added_);
  const Clock::time_point now = Clock::now();
  const double speed = count * options_.batch / std::chrono::duration<double>(now - last_).count();
  const double since = std::chrono::duration<double>(now - begin_).count();
  const double left =
      since / static_cast<double>(step.number - first_) * static_cast<double>(options_.steps - step.number);
  const Trainer::Step mean{step.number,           sum_.total / count, sum_.value / count,
                           sum_.gradient / count, sum_.order / count, step.rate};
  last_ = now;
  sum_ = {};
  added_ = 0;
  losses_.push_back({mean.number, {mean.total, mean.value, mean.gradient, mean.order, mean.rate, speed}});
  draw();
  print(mean, speed, left);
}

void TrainingLog::add_validation(std::int64_t step, const std::vector<std::string>& sets,
                                 const std::vector<double>& values) {
  sets_ = sets;
  validation_.push_back({step, values});
  draw();
  std::string text = "step " + std::to_string(step) + ", rank correlation:";
  for (std::size_t i = 0; i < sets.size(); ++i) {
    char one[128];
    std::snprintf(one, sizeof one, "%s %s %.3f", i > 0 ? "," : "", sets[i].c_str(), values[i]);
    text += one;
  }
  say(text);
  last_ = Clock::now();
}

void TrainingLog::say(const std::string& sentence) {
  if (quiet_) return;
  if (open_line_) std::fputs("\r\033[K", stderr);
  open_line_ = false;
  std::fprintf(stderr, "relievo-train: %s\n", sentence.c_str());
}

void TrainingLog::print(const Trainer::Step& mean, double pictures_per_second, double seconds_left) {
  if (quiet_) return;
  char text[200];
  std::snprintf(text, sizeof text,
                "step %lld of %lld: loss %.4f (value %.4f, gradient %.4f, order %.4f), %.0f pictures a second, %s left",
                static_cast<long long>(mean.number), static_cast<long long>(options_.steps), mean.total, mean.value,
                mean.gradient, mean.order, pictures_per_second, duration(seconds_left).c_str());
  if (!terminal_) {
    say(text);
    return;
  }
  std::fprintf(stderr, "\r\033[K%s", text);
  std::fflush(stderr);
  open_line_ = mean.number != options_.steps;
  if (!open_line_) std::fputc('\n', stderr);
}

void TrainingLog::draw() const {
  const auto table = [](const std::vector<std::string>& columns, const std::vector<Row>& rows) {
    std::ostringstream text;
    text << "step";
    for (const std::string& column : columns) text << ',' << column;
    text << '\n';
    for (const Row& row : rows) {
      text << row.step;
      for (const double value : row.values) text << ',' << number(value);
      text << '\n';
    }
    return text.str();
  };
  write_text(folder_ / "losses.csv", table(loss_columns, losses_));
  if (!validation_.empty()) write_text(folder_ / "validation.csv", table(sets_, validation_));

  const auto curve = [](const std::string& name, const std::vector<Row>& rows, std::size_t column) {
    Curve one{name, {}};
    for (const Row& row : rows) one.points.emplace_back(static_cast<double>(row.step), row.values[column]);
    return one;
  };
  std::vector<CurvePanel> panels{{"loss", {}}};
  for (std::size_t i = 0; i < 4; ++i) panels[0].curves.push_back(curve(loss_columns[i], losses_, i));
  if (!validation_.empty()) {
    panels.push_back({"rank correlation with measured disparity", {}});
    for (std::size_t i = 0; i < sets_.size(); ++i) panels[1].curves.push_back(curve(sets_[i], validation_, i));
  }
  write_text(folder_ / "curves.svg", curves_as_svg(panels, "step"));
}

}  // namespace tool
