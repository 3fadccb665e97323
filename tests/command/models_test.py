"""relievo models against a server that truncates, corrupts, redirects, stalls and lies about length."""
import contextlib
import hashlib
import http.server
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import threading
import time
import unittest

COMMAND = sys.argv.pop(1)
# Its digest and size are in no source, so that any file will do.
MODEL, NAME = "dpt-hybrid", "dpt_hybrid_384.pt"
BUILT_IN = "relievo-tiny"
WEIGHTS = bytes((i * i + 7 * (i >> 8)) % 251 for i in range(300000))
OTHER = WEIGHTS[::-1]


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, answer):
        self.answer, self.requests = answer, []
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        pass  # A client that left is what some tests are about.


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.requests.append((self.path, dict(self.headers)))
        self.server.answer(self)

    def log_message(self, *arguments):
        pass

    def reply(self, status, body=b"", **headers):
        self.send_response(status)
        headers.setdefault("Content_Length", len(body))
        for name, value in headers.items():
            if value is not None:
                self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(body)

    def file(self, data, etag='"a"', at_most=None, **headers):
        """An honest server, but for ending after `at_most` bytes."""
        start, asked = 0, self.headers.get("Range")
        if asked and self.headers.get("If-Range", etag) == etag:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
        if start >= len(data):
            return self.reply(416, Content_Range=f"bytes */{len(data)}")
        body = data[start:]
        if start:
            headers["Content_Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        headers.setdefault("Content_Length", len(body))
        self.reply(206 if start else 200, body[:at_most], ETag=etag, **headers)


class Models(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="relievo-models-")
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.folder = self.root / "relievo" / "models"
        self.file = self.folder / MODEL / NAME
        self.part = self.file.with_name(NAME + ".part")
        self.environment = {**os.environ, "XDG_CACHE_HOME": str(self.root), "NO_PROXY": "*"}
        self.environment.pop("RELIEVO_MODELS", None)

    def serve(self, answer):
        server = Server(answer)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server

    def start(self, *arguments, **rest):
        return subprocess.Popen([COMMAND, "models", *map(str, arguments)], env=self.environment, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, **rest)

    def finish(self, process, code):
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, code, out + err)
        if code:
            self.assertRegex(err.splitlines()[-1], r"^relievo: .*\.$")
        return out, err

    def run_with(self, *arguments, code=0, **rest):
        return self.finish(self.start(*arguments, **rest), code)

    def fetch(self, place, *arguments, model=MODEL, code=0, **rest):
        return self.run_with("fetch", model, "--from", place, "--timeout", 1, *arguments, code=code, **rest)

    def expect_refused(self, answer, words, **rest):
        server = self.serve(answer)
        self.assertIn(words, self.fetch(server.address + "/w", code=1, **rest)[1])
        self.assertFalse(self.file.exists())
        return server

    def wait_until(self, holds):
        end = time.monotonic() + 30
        while not holds():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)

    def expect_whole(self, data=WEIGHTS):
        self.assertEqual(self.file.read_bytes(), data)
        self.assertEqual(sorted(p.name for p in self.file.parent.iterdir()), [".lock", NAME, "model.json"])

    def test_a_whole_file(self):
        server = self.serve(lambda h: h.file(WEIGHTS))
        _, err = self.fetch(server.address + "/w")
        self.expect_whole()
        self.assertIn("No source states the digest", err)
        self.assertEqual(self.run_with("path", MODEL)[0], f"{self.file}\n")
        record = json.loads((self.file.parent / "model.json").read_text())
        self.assertEqual(record, {"architecture": MODEL, "file": NAME, "bytes": len(WEIGHTS),
                                  "sha256": hashlib.sha256(WEIGHTS).hexdigest(), "address": server.address + "/w"})
        self.fetch(server.address + "/w")
        self.assertEqual(len(server.requests), 1, "what is there is not loaded again")

    def test_a_file_nearby(self):
        source = self.root / "source"
        source.write_bytes(WEIGHTS)
        source.chmod(0o444)
        self.fetch(source)
        self.expect_whole()
        self.assertIn("no file", self.fetch(self.root / "absent", model="midas-small", code=1)[1])

    def test_a_transfer_that_breaks_goes_on(self):
        server = self.serve(lambda h: h.file(WEIGHTS, at_most=90000))
        self.fetch(server.address + "/w")
        self.expect_whole()
        asked = [(headers.get("Range"), headers.get("If-Range")) for _, headers in server.requests]
        self.assertEqual(asked, [(None, None), ("bytes=90000-", '"a"'), ("bytes=180000-", '"a"'),
                                 ("bytes=270000-", '"a"')])

    def test_a_transfer_that_always_ends_at_one_place_is_given_up(self):
        def answer(handler):
            handler.reply(200, WEIGHTS[:1000], Content_Length=len(WEIGHTS))

        server = self.expect_refused(answer, "the connection ended after 1000 bytes; what came is kept")
        self.assertEqual(len(server.requests), 4)
        self.assertEqual(self.part.read_bytes(), WEIGHTS[:1000])

    def test_it_is_continued_by_date_where_there_is_no_tag(self):
        date = "Sat, 01 Aug 2026 00:00:00 GMT"

        def answer(handler):
            start = 200000 if handler.headers.get("If-Range") == date else 0
            headers = {"Content_Range": f"bytes {start}-{len(WEIGHTS) - 1}/{len(WEIGHTS)}"} if start else {}
            handler.reply(206 if start else 200, WEIGHTS[start:start + 200000], Last_Modified=date,
                          Content_Length=len(WEIGHTS) - start, **headers)

        server = self.serve(answer)
        self.fetch(server.address + "/w")
        self.expect_whole()
        self.assertEqual(server.requests[1][1]["Range"], "bytes=200000-")

    def test_what_cannot_be_recognised_is_not_continued(self):
        server = self.serve(lambda h: h.file(WEIGHTS, etag='W/"weak"', at_most=90000))
        self.fetch(server.address + "/w", code=1)
        self.assertTrue(all("Range" not in headers for _, headers in server.requests))

    def test_a_changed_digest_is_refused(self):
        server = self.serve(lambda h: h.file(WEIGHTS))
        self.fetch(server.address + "/w")
        self.file.unlink()
        server.answer = lambda h: h.file(WEIGHTS[:-1] + b"?")
        _, err = self.fetch(server.address + "/w", code=1)
        self.assertIn(hashlib.sha256(WEIGHTS).hexdigest() + "; nothing was kept.", err)
        self.assertFalse(self.file.exists() or self.part.exists())
        server.answer = lambda h: h.file(WEIGHTS)
        self.fetch(server.address + "/w")
        self.expect_whole()

    def test_a_digest_that_the_registry_states(self):
        server = self.serve(lambda h: h.file(WEIGHTS))
        _, err = self.fetch(server.address + "/w", model="depth-anything-v2-small", code=1)
        self.assertIn("has the digest " + hashlib.sha256(WEIGHTS).hexdigest(), err)
        self.assertIn("715fade13be8f229f8a70cc02066f656f2423a59effd0579197bbf57860e1378", err)
        self.assertEqual(list(self.folder.rglob("*.p*")), [])

    def test_two_halves_of_different_files_are_found(self):
        server = self.serve(lambda h: h.file(WEIGHTS))
        self.fetch(server.address + "/w")
        self.file.unlink()
        # Damaged on this side, which no server can see.
        self.part.write_bytes(OTHER[:1000])
        self.part.with_name(self.part.name + ".json").write_text(
            json.dumps({"address": server.address + "/w", "validator": '"a"'}))
        self.fetch(server.address + "/w")
        self.expect_whole()
        self.assertEqual([headers.get("Range") for _, headers in server.requests], [None, "bytes=1000-", None])

    def test_redirects(self):
        def answer(handler):
            if handler.path == "/w":
                return handler.reply(302, Location="/there")
            handler.file(WEIGHTS)

        self.fetch(self.serve(answer).address + "/w")
        self.expect_whole()

    def test_redirects_that_lead_nowhere(self):
        for goal, words in (("/w", "redirects"), ("file:///etc/passwd", "file"), ("ftp://127.0.0.1/w", "ftp")):
            self.expect_refused(lambda h, goal=goal: h.reply(302, Location=goal), words)
            self.assertFalse(self.part.exists() and self.part.stat().st_size)

    def test_a_server_that_stalls(self):
        stop = threading.Event()
        self.addCleanup(stop.set)

        def answer(handler):
            handler.file(WEIGHTS, at_most=1000 if not handler.headers.get("Range") else 0)
            handler.wfile.flush()
            stop.wait(30)

        begin = time.monotonic()
        server = self.expect_refused(answer, "nothing came for 1 s")
        self.assertLess(time.monotonic() - begin, 25)
        server.answer = lambda h: h.file(WEIGHTS)
        self.fetch(server.address + "/w")
        self.expect_whole()
        self.assertEqual(server.requests[-1][1]["Range"], "bytes=1000-")

    def test_a_length_that_is_too_long(self):
        self.expect_refused(lambda h: h.reply(200, WEIGHTS, Content_Length=len(WEIGHTS) + 1), "the connection ended")

    def test_a_length_that_is_too_short(self):
        server = self.serve(lambda h: h.file(WEIGHTS))
        self.fetch(server.address + "/w")
        self.file.unlink()
        self.expect_refused(lambda h: h.reply(200, WEIGHTS, Content_Length=len(WEIGHTS) - 1), "bytes, and the file has")

    def test_no_length_at_all(self):
        server = self.serve(lambda h: h.reply(200, WEIGHTS, Content_Length=None))
        self.fetch(server.address + "/w")
        self.expect_whole()
        self.file.unlink()
        self.expect_refused(lambda h: h.reply(200, WEIGHTS[:-9], Content_Length=None), "after 299991 of 300000 bytes")

    def test_a_length_that_is_not_the_registrys(self):
        server = self.expect_refused(lambda h: h.file(WEIGHTS), "has 300000 bytes, and the file has 85761505.",
                                     model="midas-small")
        self.assertEqual(len(server.requests), 1)

    def test_more_bytes_than_the_file_has(self):
        def answer(handler):
            handler.reply(200, Content_Length=None)
            with contextlib.suppress(OSError):
                while True:
                    handler.wfile.write(WEIGHTS)

        self.expect_refused(answer, "sends more than the 232589 bytes", model="yunet")

    def test_statuses(self):
        for status, words, count in ((404, "answers 404: there is no such file.", 1), (403, "answers 403", 1),
                                     (500, "it answers 500", 3), (204, "the answer was empty", 3)):
            with self.subTest(status):
                server = self.expect_refused(lambda h, s=status: h.reply(s, b"" if s == 204 else b"words"), words)
                self.assertEqual(len(server.requests), count)

    def test_a_server_that_recovers(self):
        server = self.serve(lambda h: h.reply(503) if len(server.requests) < 3 else h.file(WEIGHTS))
        self.fetch(server.address + "/w")
        self.expect_whole()

    def test_nobody_answers(self):
        server = Server(lambda h: None)
        server.shutdown()
        server.server_close()
        self.assertIn("cannot be fetched", self.fetch(server.address + "/w", code=1)[1])

    def break_off(self, server):
        """Leaves the first 1000 bytes of what the server has."""
        usual = server.answer
        server.answer = lambda h: h.reply(200, WEIGHTS[:1000], Content_Length=len(WEIGHTS), ETag='"a"')
        self.fetch(server.address + "/w", code=1)
        self.assertEqual(self.part.stat().st_size, 1000)
        server.answer = usual
        server.requests.clear()

    def test_a_server_that_ignores_ranges(self):
        server = self.serve(lambda h: h.reply(200, WEIGHTS, ETag='"a"'))
        self.break_off(server)
        self.fetch(server.address + "/w")
        self.expect_whole()

    def test_a_server_that_gives_other_ranges(self):
        server = self.serve(lambda h: h.reply(206, WEIGHTS[500:], ETag='"a"',
                                              Content_Range=f"bytes 500-{len(WEIGHTS) - 1}/{len(WEIGHTS)}"))
        self.break_off(server)
        self.assertIn("other bytes than those from 1000 on", self.fetch(server.address + "/w", code=1)[1])
        self.assertFalse(self.file.exists())

    def test_a_file_that_changed_between_two_fetches(self):
        server = self.serve(lambda h: h.file(OTHER, etag='"b"'))
        self.break_off(server)
        self.fetch(server.address + "/w")
        self.assertEqual(server.requests[0][1]["If-Range"], '"a"')
        self.expect_whole(OTHER)

    def test_a_file_that_changed_on_a_server_that_does_not_care(self):
        def answer(handler):
            if handler.headers.get("Range") == "bytes=1000-":
                return handler.reply(206, OTHER[1000:], ETag='"b"',
                                     Content_Range=f"bytes 1000-{len(OTHER) - 1}/{len(OTHER)}")
            handler.file(OTHER, etag='"b"')

        server = self.serve(answer)
        self.break_off(server)
        self.fetch(server.address + "/w")
        self.expect_whole(OTHER)

    def test_another_address_is_another_file(self):
        server = self.serve(lambda h: h.file(OTHER))
        self.break_off(server)
        self.fetch(server.address + "/x")
        self.assertNotIn("Range", server.requests[0][1])
        self.expect_whole(OTHER)

    def test_a_part_that_is_whole_and_one_that_is_too_long(self):
        server = self.serve(lambda h: h.file(WEIGHTS))
        for part in (WEIGHTS, WEIGHTS + b"more"):
            self.break_off(server)
            self.part.write_bytes(part)
            self.fetch(server.address + "/w")
            self.expect_whole()
            self.file.unlink()
            (self.file.parent / "model.json").unlink()

    def test_a_note_beside_a_part_is_not_trusted(self):
        server = self.serve(lambda h: h.file(WEIGHTS))
        for note in ("", "[", "[1]", '{"address": 3}', "x" * 100000,
                     json.dumps({"address": server.address + "/w", "validator": "a\r\nX-Injected: yes"})):
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.part.write_bytes(OTHER[:1000])
            self.part.with_name(self.part.name + ".json").write_text(note)
            self.fetch(server.address + "/w")
            self.assertNotIn("X-Injected", server.requests[-1][1])
            self.expect_whole()
            self.file.unlink()
            (self.file.parent / "model.json").unlink()

    def test_two_processes_at_once(self):
        begun, go_on = threading.Event(), threading.Event()

        def answer(handler):
            begun.set()
            go_on.wait(30)
            handler.file(WEIGHTS)

        server = self.serve(answer)
        arguments = ("fetch", MODEL, "--from", server.address + "/w")
        first = self.start(*arguments)
        self.assertTrue(begun.wait(30))
        second = self.start(*arguments)
        self.assertIn("waiting for it", second.stderr.readline())
        go_on.set()
        self.finish(first, 0)
        self.finish(second, 0)
        self.assertEqual(len(server.requests), 1)
        self.expect_whole()

    def test_killed_in_the_middle(self):
        stop = threading.Event()
        self.addCleanup(stop.set)

        def answer(handler):
            handler.file(WEIGHTS, at_most=100000)
            handler.wfile.flush()
            stop.wait(30)

        server = self.serve(answer)
        process = self.start("fetch", MODEL, "--from", server.address + "/w")
        self.wait_until(lambda: self.part.exists() and self.part.stat().st_size == 100000)
        process.kill()
        process.communicate()
        self.assertFalse(self.file.exists())
        server.answer = lambda h: h.file(WEIGHTS)
        self.fetch(server.address + "/w")
        self.assertEqual(server.requests[-1][1]["Range"], "bytes=100000-")
        self.expect_whole()

    def test_a_full_disk(self):
        server = self.serve(lambda h: h.file(WEIGHTS))

        def limit():
            # As large as a file may grow; stands for a disk that fills up.
            resource.setrlimit(resource.RLIMIT_FSIZE, (200000, 200000))

        _, err = self.fetch(server.address + "/w", code=1, preexec_fn=limit)
        self.assertIn("Cannot write '" + str(self.part), err)
        self.assertFalse(self.file.exists())
        self.fetch(server.address + "/w")
        self.assertEqual(server.requests[-1][1]["Range"], "bytes=200000-")
        self.expect_whole()

    def test_a_folder_that_cannot_be_made(self):
        (self.root / "relievo").write_text("in the way")
        self.assertIn("Cannot write", self.fetch("http://127.0.0.1:1/w", code=1)[1])

    def test_licences(self):
        server = self.serve(lambda h: h.file(WEIGHTS))
        large = "depth-anything-v2-metric-outdoor-base"
        _, err = self.run_with("fetch", MODEL, large, code=2)
        self.assertIn(f"{large} is under CC-BY-NC-4.0, which does not allow commercial use", err)
        self.assertEqual(list(self.root.iterdir()), [], "one that is refused keeps the others from being loaded")
        _, err = self.fetch(server.address, "--accept-licence", model=large, code=1)
        self.assertIn("389964656", err)

    def test_wrong_use(self):
        for arguments, words in ((("fetch", "nonsense"), 'There is no model "nonsense"'),
                                 (("verify", "nonsense"), "nonsense"), (("path", "nonsense"), "nonsense"),
                                 (("path", MODEL), "relievo models fetch " + MODEL),
                                 (("verify", MODEL), "not installed"), (("add", "mine", "absent"), "absent")):
            self.assertIn(words, self.run_with(*arguments, code=1)[1])
        for arguments, words in ((("fetch", MODEL, "yunet", "--from", "x"), "--from is one file"),
                                 (("fetch", MODEL, "--from", "ftp://x"), "ftp://x"),
                                 (("fetch", MODEL, "--timeout", "0"), "1 to 3600"),
                                 (("add", "auto", __file__), '"auto"'), (("add", "../x", __file__), '"../x"'),
                                 (("add", "mine", __file__), "does not tell its architecture"),
                                 (("add", "mine", __file__, "--architecture", "x"), 'no architecture "x"')):
            self.assertIn(words, self.run_with(*arguments, code=2)[1])

    def test_a_file_of_ones_own(self):
        source = self.root / "midas_v21_small_256.pt"
        source.write_bytes(WEIGHTS)
        self.run_with("add", "tuned", source)
        self.run_with("add", MODEL, source)
        self.assertEqual(self.run_with("path", "tuned")[0], f"{source}\n")
        self.assertEqual(self.run_with("path", MODEL)[0], f"{source}\n")
        listed = {m["name"]: m for m in json.loads(self.run_with("list", "--json")[0])}
        tuned = listed["tuned"]
        self.assertEqual((tuned["architecture"], tuned["task"], tuned["licence"], tuned["bytes"]),
                         ("midas-small", "depth", "", len(WEIGHTS)))
        self.assertEqual(self.run_with("verify")[0].count("good"), 3)
        source.write_bytes(OTHER)
        self.assertIn(str(source), self.run_with("verify", "tuned", code=1)[1])
        source.unlink()
        self.assertIn("not installed", self.run_with("path", "tuned", code=1)[1])
        self.assertIn("No address of tuned is known", self.run_with("fetch", "tuned", code=1)[1])

    def test_a_folder_of_ones_own(self):
        (self.root / "hf").mkdir()
        self.assertIn("holds no dpt_large_384.pt", self.run_with("add", "dpt-large", self.root / "hf", code=1)[1])
        (self.root / "hf" / "model.safetensors").write_bytes(WEIGHTS)
        self.run_with("add", "dpt-large", self.root / "hf")
        self.assertEqual(self.run_with("path", "dpt-large")[0], f"{self.root}/hf/model.safetensors\n")

    def test_files_that_were_put_there(self):
        self.folder.mkdir(parents=True)
        (self.folder / "dpt_hybrid-midas-501f0c75.pt").write_bytes(WEIGHTS)
        (self.folder / "model.safetensors").write_bytes(WEIGHTS)
        (self.folder / "depth-anything-small").mkdir()
        (self.folder / "depth-anything-small" / "model.safetensors").write_bytes(WEIGHTS)
        here = [m["name"] for m in json.loads(self.run_with("list", "--json")[0]) if m["file"]]
        self.assertEqual(here, ["depth-anything-small", MODEL, BUILT_IN])
        self.assertEqual(self.run_with("verify")[0].count("not known"), 2)

    def test_what_comes_with_relievo(self):
        path = self.run_with("path", BUILT_IN)[0].rstrip("\n")
        self.assertTrue(pathlib.Path(path).is_file())
        self.assertRegex(self.run_with("list")[0], rf"{BUILT_IN} .* yes +comes with relievo")
        self.assertEqual(self.run_with("verify")[0].count("good"), 1)
        out, err = self.run_with("fetch", BUILT_IN)
        self.assertIn(path, out)
        self.assertEqual(err, f"relievo: {BUILT_IN} comes with relievo and is there already.\n")
        info = subprocess.run([COMMAND, "info"], env=self.environment, capture_output=True, text=True, check=True)
        self.assertIn(f"{BUILT_IN} (comes with relievo)", info.stdout)
        mine = self.root / "mine.safetensors"
        mine.write_bytes(WEIGHTS)
        self.run_with("add", BUILT_IN, mine)
        self.assertEqual(self.run_with("path", BUILT_IN)[0], f"{mine}\n", "one's own goes first")
        mine.unlink()
        self.assertEqual(self.run_with("path", BUILT_IN)[0], f"{path}\n")

    def test_a_damaged_record_is_of_one_model_only(self):
        self.file.parent.mkdir(parents=True)
        (self.file.parent / "model.json").write_text('{"architecture": ')
        out, err = self.run_with("list")
        self.assertRegex(out, rf"{MODEL} .* damaged")
        self.assertIn("model.json' is not JSON.", err)
        self.assertIn("is not JSON", self.run_with("path", MODEL, code=1)[1])
        self.assertIn("is not JSON", self.fetch("http://127.0.0.1:1/w", code=1)[1])


if __name__ == "__main__":
    unittest.main()
