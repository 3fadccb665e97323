// `relievo-train depth` as a user runs it: killed at any moment, asked to stop, given what it cannot use.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <relievo/io/depth.hpp>
#include <relievo/io/photo.hpp>

#include "command/pictures.hpp"
#include "command/process.hpp"
#include "relievo-train/random.hpp"

namespace {

namespace fs = std::filesystem;
using test::text_of;
using testing::AllOf;
using testing::HasSubstr;

class TrainDepth : public testing::Test {
 protected:
  TrainDepth() {
    fs::create_directories(folder / "set");
    std::ofstream(folder / "set/source.json")
        << R"({"depth": "disparity", "name": "discs", "licence": "CC0", "origin": "made"})";
    for (int i = 0; i < 4; ++i) {
      const std::string name = folder / "set/" + std::to_string(i);
      const int width = 96 + 8 * i, height = 80;
      relievo::io::write(name + ".jpg", test::picture(width, height));
      relievo::io::write_depth(name + ".npy",
                               relievo::DepthMap(test::disparity(width, height), relievo::DepthKind::disparity));
    }
  }

  test::Outcome train(std::vector<std::string> more, const std::function<void()>& before = {}) {
    std::vector<std::string> arguments{"depth", "--size",      "64x64", "--batch",      "2", "--threads",
                                       "1",     "--precision", "f32",   "--save-every", "2"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return test::relievo(arguments, folder.path(), before);
  }

  const test::Folder folder;
};

TEST_F(TrainDepth, LosesNothingButTheStepsSinceTheLastCheckpoint) {
  const std::vector<std::string> what{"--data",           "set", "--procedural", "any=0.5", "--validation", "set",
                                      "--validate-every", "7",   "--steps",      "30"};
  const auto run = [&](const std::string& out, bool resume, int kill_after_ms) {
    std::vector<std::string> arguments = what;
    arguments.insert(arguments.end(), {"--out", out});
    if (resume) arguments.emplace_back("--resume");
    return train(arguments, [kill_after_ms] {
      if (kill_after_ms == 0) return;
      // Outlives exec; nothing catches its signal, which ends the process at once.
      const itimerval timer{{0, 0}, {kill_after_ms / 1000, kill_after_ms % 1000 * 1000}};
      setitimer(ITIMER_REAL, &timer, nullptr);
    });
  };
  const test::Outcome whole = run("whole", false, 0);
  ASSERT_EQ(whole.code, 0) << whole.err;

  tool::Random random(1);
  int killed = 0;
  bool done = false;
  for (int tries = 0; tries < 40 && !done; ++tries) {
    const bool there = fs::exists(folder / "killed/checkpoint.safetensors");
    if (!there) fs::remove_all(folder / "killed");
    const test::Outcome outcome = run("killed", there, static_cast<int>(random.between(700, 2500)));
    done = outcome.code == 0;
    killed += outcome.code == 128 + SIGALRM ? 1 : 0;
    ASSERT_TRUE(done || outcome.code == 128 + SIGALRM) << outcome.err;
  }
  if (!done) {
    const test::Outcome outcome = run("killed", true, 0);
    ASSERT_EQ(outcome.code, 0) << outcome.err;
  }
  EXPECT_GT(killed, 0);
  EXPECT_EQ(text_of(folder / "killed/last.safetensors"), text_of(folder / "whole/last.safetensors"));
  EXPECT_EQ(text_of(folder / "killed/best.safetensors"), text_of(folder / "whole/best.safetensors"));
  EXPECT_EQ(text_of(folder / "killed/validation.csv"), text_of(folder / "whole/validation.csv"));
}

TEST_F(TrainDepth, StopsWhereAskedToAndGoesOn) {
  const std::string checkpoint = folder / "run/checkpoint.safetensors";
  const test::Outcome stopped = train({"--data", "set", "--steps", "100000", "--out", "run"}, [&] {
    const pid_t trainer = getpid();
    if (fork() != 0) return;
    while (access(checkpoint.c_str(), F_OK) != 0) usleep(10'000);
    kill(trainer, SIGTERM);
    _exit(0);
  });
  EXPECT_EQ(stopped.code, 0);
  EXPECT_THAT(stopped.err, AllOf(HasSubstr("stopped after step "), HasSubstr("; --resume goes on from there")));
  EXPECT_TRUE(fs::exists(folder / "run/last.safetensors"));

  const test::Outcome again = train({"--data", "set", "--steps", "100000", "--out", "run"});
  EXPECT_EQ(again.code, 2);
  EXPECT_THAT(again.err, HasSubstr("is there already; --resume goes on from it, another --output begins anew."));
  const test::Outcome other = train({"--data", "set", "--steps", "50", "--out", "run", "--resume"});
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, AllOf(HasSubstr("was trained with steps 100000"), HasSubstr("these options are steps 50")));
}

TEST_F(TrainDepth, SaysWhatItCannotUse) {
  const auto err = [&](std::vector<std::string> arguments) { return train(std::move(arguments)).err; };
  EXPECT_EQ(err({"--out", "run"}),
            "relievo-train: There is nothing to learn from; name folders with --data, or kinds of scenes with "
            "--procedural.\n");
  EXPECT_THAT(err({"--data", "set", "--out", "run", "--size", "100x64"}),
              HasSubstr("--size is 100x64; allowed is WIDTHxHEIGHT, both multiples of 16 from 64 to 1024."));
  EXPECT_THAT(err({"--data", "set=0", "--out", "run"}),
              HasSubstr("--data is set=0; allowed is NAME=WEIGHT with a weight above 0."));
  EXPECT_THAT(err({"--data", "set", "--out", "run", "--resume"}), HasSubstr("--resume finds no 'run/checkpoint"));
  EXPECT_THAT(err({"--data", "set", "--out", "run", "--align", "median"}),
              HasSubstr("--align is \"median\"; allowed are truth, scale-shift."));
  EXPECT_THAT(err({"--data", "none", "--out", "run"}), HasSubstr("none"));
  fs::create_directories(folder / "empty");
  fs::copy_file(folder / "set/source.json", folder / "empty/source.json");
  EXPECT_THAT(err({"--data", "empty", "--out", "run"}), HasSubstr("'empty'"));
  EXPECT_THAT(err({"--procedural", "any", "--textures", "empty", "--out", "run"}),
              HasSubstr("'empty' holds no photo for --textures."));
  EXPECT_THAT(
      err({"--procedural", "cave=2", "--out", "run"}),
      HasSubstr("--procedural names \"cave\"; allowed are any, room, street, landscape, table-top, portrait, plants."));
  EXPECT_FALSE(fs::exists(folder / "run")) << "a refused call left something";
}

// A limit on the size of files does to a write what a full disk does.
TEST_F(TrainDepth, GoesOnWhereACheckpointHasNoRoomAndFailsAtTheEnd) {
  const test::Outcome outcome = train({"--data", "set", "--steps", "4", "--out", "run"}, [] {
    const rlimit little{8 << 20, 8 << 20};
    setrlimit(RLIMIT_FSIZE, &little);
  });
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("the checkpoint could not be written, the one before it stays"),
                                 HasSubstr("step 4 of 4"), HasSubstr("Cannot write")));
  EXPECT_FALSE(fs::exists(folder / "run/checkpoint.safetensors"));
  EXPECT_TRUE(fs::exists(folder / "run/last.safetensors")) << "what was learnt is lost";
}

TEST_F(TrainDepth, WritesScenesThatItLearnsFrom) {
  const test::Outcome made =
      test::relievo({"scenes", "--count", "5", "--size", "64x64", "--out", "made"}, folder.path());
  ASSERT_EQ(made.code, 0) << made.err;
  const test::Outcome again =
      test::relievo({"scenes", "--count", "5", "--size", "64x64", "--out", "again"}, folder.path());
  EXPECT_EQ(text_of(folder / "made/00000004.png"), text_of(folder / "again/00000004.png"));
  EXPECT_EQ(train({"--data", "made", "--steps", "2", "--out", "run"}).code, 0);
}

}  // namespace
