"""Compiles the C++ of README.md and docs/, and checks the commands they show.

  samples.py compile CXX       every ```cpp block, page by page
  samples.py commands RELIEVO  every `relievo`, `relievo-train` and `./dev` line of ```sh and ```console blocks; the
                               programs lie beside each other
  samples.py self-test CXX     both must find what is wrong

The blocks of a page follow one another: each sees what those before it declared, and may declare it
anew. A block with a main of its own is a program of its own. ```cpp is C++17; ```cpp (c++20) makes its
page C++20; ```cpp (inside) may include the headers of src/.
"""
import concurrent.futures
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADERS = ("relievo/relievo.hpp", "relievo/io/depth.hpp", "relievo/io/photo.hpp", "relievo/io/scene.hpp",
           "relievo/io/video.hpp")


def pages():
    return [p for p in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))] if p.exists()]


def blocks(text):
    """Each fenced block as (first line's number, language, note, lines)."""
    start, language, note, body = 0, "", "", []
    for number, line in enumerate(text.splitlines(), 1):
        fence = re.match(r"\s*```\s*(\w*)\s*(?:\((.*)\))?\s*$", line)
        if fence and not start:
            start, language, note, body = number + 1, fence[1], fence[2] or "", []
        elif fence:
            yield start, language, note, body
            start = 0
        elif start:
            body.append(line)


def programs(page, text):
    """Each translation unit of a page as (standard, inside, source)."""
    name = page.relative_to(ROOT).as_posix() if page.is_relative_to(ROOT) else page.name
    includes, bodies, standard, inside = [], [], "c++17", False
    for start, language, note, body in blocks(text):
        if language != "cpp":
            continue
        here = [f'#line {start} "{name}"'] + body
        if re.search(r"^int main\(", "\n".join(body), re.M):
            yield ("c++20" if "c++20" in note else "c++17"), "inside" in note, "\n".join(here)
            continue
        standard = "c++20" if "c++20" in note else standard
        inside = inside or "inside" in note
        includes += [line for line in body if line.startswith("#include")]
        bodies.append("\n".join("" if line.startswith("#include") else line for line in here))
    if bodies:
        source = [f"#include <{header}>" for header in HEADERS] + includes
        # Nested, so that a later block may use or redefine what an earlier one declared.
        source += ["[[maybe_unused]] static void page() {", "{\n".join(b + "\n" for b in bodies), "}" * len(bodies)]
        yield standard, inside, "\n".join(source) + "\n"


def compile_one(cxx, standard, inside, source):
    command = [cxx, f"-std={standard}", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Wno-unused", "-Werror",
               "-I", str(ROOT / "include"), "-x", "c++", "-"]
    for folder in ("/usr/include/opencv4", "/usr/include/eigen3"):
        command[1:1] = ["-isystem", folder]
    if inside:
        command[1:1] = ["-I", str(ROOT / "src")]
    return subprocess.run(command, input=source, capture_output=True, text=True)


def compile_pages(cxx, found):
    units = [unit for page, text in found for unit in programs(page, text)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = list(pool.map(lambda unit: compile_one(cxx, *unit), units))
    return len(units), [run.stderr for run in runs if run.returncode]


def shown_commands(page, text):
    name = page.name
    for start, language, _, body in blocks(text):
        if language not in ("sh", "bash", "console", "shell"):
            continue
        joined, first = "", start
        for number, line in enumerate(body, start):
            line = line.strip()
            if not joined:
                first = number
            if line.endswith("\\"):
                joined += line[:-1] + " "
                continue
            line, joined = re.sub(r"^\$ ", "", joined + line), ""
            try:
                words = shlex.split(line, comments=True)
            except ValueError:
                continue
            while words and re.match(r"\w+=", words[0]):
                words.pop(0)
            if words and (words[0] == "./dev" or words[0].rsplit("/", 1)[-1] in ("relievo", "relievo-train")):
                yield f"{name}:{first}", words


def check_commands(found, help_of):
    """`help_of(words)` gives the help text of a program or verb, None where there is none."""
    count, problems = 0, []
    for page, text in found:
        for where, words in shown_commands(page, text):
            count += 1
            program, rest = words[0].rsplit("/", 1)[-1], words[1:]
            verb = rest[0] if rest and not rest[0].startswith("-") else ""
            help_text = help_of([program, verb] if verb else [program])
            if help_text is None:
                problems.append(f"{where}: {program} has no verb {verb}")
                continue
            if "\nVerbs:\n" in help_text and len(rest) > 1 and not rest[1].startswith("-"):
                verb += " " + rest[1]
                help_text = help_of([program, *verb.split()])
                if help_text is None:
                    problems.append(f"{where}: {program} has no verb {verb}")
                    continue
            for word in rest:
                flag = word.split("=")[0]
                if re.match(r"--?[a-zA-Z]", flag) and flag not in ("--help", "-h", "--version") and \
                        not re.search(rf"(?<![\w-]){re.escape(flag)}(?![\w-])", help_text):
                    problems.append(f"{where}: {program} {verb} has no flag {flag}")
    return count, problems


def help_from(relievo):
    cache = {}

    def help_of(words):
        key = tuple(words)
        if key not in cache:
            if words[0] == "dev":
                run = subprocess.run([str(ROOT / "dev"), "help"], capture_output=True, text=True)
                known = re.findall(r"^  ([a-z]+) ", run.stdout, re.M) + ["help"]
                cache[key] = run.stdout if len(words) == 1 or words[1] in known else None
            else:
                run = subprocess.run([pathlib.Path(relievo).with_name(words[0]), *words[1:], "--help"], capture_output=True, text=True)
                cache[key] = run.stdout if run.returncode == 0 else None
        return cache[key]

    return help_of


def self_test(cxx):
    page = pathlib.Path("page.md")

    def errors(text):
        return compile_pages(cxx, [(page, text)])[1]

    good = "```cpp\n#include <string>\nrelievo::Device device = relievo::Device::cpu();\n```\n" \
           "```cpp\nstd::string name = device.name();\n```\n```cpp\nint name = 3;\n```\n"
    assert errors(good) == [], errors(good)
    assert errors(good.replace("device.name()", "device.nmae()"))
    assert errors("```cpp\nrelievo::BokehOptions o{.f_number = 2};\n```\n")
    assert not errors("```cpp (c++20)\nrelievo::BokehOptions o{.f_number = 2};\n```\n")
    assert errors("```cpp\nint main() { return nothing; }\n```\n")
    # The compiler names the page and the line.
    assert "page.md:3" in errors("text\n```cpp\nnothing;\n```\n")[0]

    helps = {("relievo", "bokeh"): "--f-number FLOAT\n -o, --output", ("dev",): "", ("relievo-train", "eval"): "--data",
             ("relievo", "models"): "\nVerbs:\n fetch", ("relievo", "models", "fetch"): "--from PLACE"}
    text = "```sh\n$ relievo bokeh a.jpg --f-number 2 \\\n  -o b.jpg   # words\nrelievo bokeh --f-numbr 2\nrelievo blur\n" \
           "relievo models fetch a --from b --form c\nrelievo models fetsh\n" \
           "relievo-train eval --data a\nrelievo-train evil\n```\n"
    count, problems = check_commands([(page, text)], lambda words: helps.get(tuple(words)))
    assert count == 7, count
    assert problems == ["page.md:4: relievo bokeh has no flag --f-numbr", "page.md:5: relievo has no verb blur",
                        "page.md:6: relievo models fetch has no flag --form",
                        "page.md:7: relievo has no verb models fetsh",
                        "page.md:9: relievo-train has no verb evil"], problems


def main(arguments):
    verb, tool = arguments
    found = [(page, page.read_text(encoding="utf-8")) for page in pages()]
    if verb == "self-test":
        return self_test(tool)
    count, problems = compile_pages(tool, found) if verb == "compile" else check_commands(found, help_from(tool))
    print(f"{count} samples of {len(found)} pages")
    return "\n".join(problems) or None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
