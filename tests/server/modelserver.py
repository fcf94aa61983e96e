#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""One scripted server for all tests: planner, executor and forge on loopback.

usage: modelserver.py --scenario FILE --port-file FILE [--log FILE] [--port N]
                      [--tls FILE]

It binds 127.0.0.1, any free port unless --port names one, and writes the port
to the port file once it answers. It ends on SIGTERM or with its parent. --tls
takes a file with a key and its certificate, and speaks TLS.

A scenario is JSON: a list of rules, or an object:

  {"models": ["deepseek-flash"],      ids that GET /models and /api/tags list
   "balance": {...},                  the answer to GET /user/balance
   "rules": [{"match": {...}, "times": 1, "reply": {...}}, ...]}

Rules are tried in order; the first that matches answers. "times" retires a rule
after so many answers. A chat request that no rule matches gets 400 and a log
entry with "rule": null.

match (each is optional, all must hold; without "path" a rule takes POSTs only)
  path          shell pattern for the path, query included: "*/chat/completions"
  method        "GET", "POST"
  model         the body's "model", exactly
  contains      [substrings], each in some message (or in a body without messages)
  lacks         [substrings], none of them anywhere
  body          {key: value}: top-level members that must be equal
  nth           only the n-th request that all of the above match, from 1

reply
  content | content_file | plan_file    the answer's text; files are found from
                the scenario's folder
  region_replace  [old, new] or a list of such pairs: the text between the lines
                <code> and </code> of the last user message that has them, with
                old replaced by new, goes back between <updated-code> and
                </updated-code> (or -2, -3, as asked); 400 if old is not in it. Of
                several regions, <code-1> and so on, each is answered with those of
                the pairs that are in it; "lose": [n, ...] leaves n's last tag out
  reasoning     sent as reasoning_content before the content
  tool_calls    passed on as they stand (finish_reason becomes "tool_calls")
  finish_reason "stop"
  usage         default: four characters a token; what the prompt has in common
                with an earlier one of the same model counts as cached
  status, headers, body    another status; "body" (text or JSON) is sent raw and
                ends the matter. "@KEY@" in it becomes the key that came in,
                "@URL@" in it and in headers the address of this server
  delay_ms      before the first byte; keepalive_ms: comments meanwhile
  gap_ms | tokens_per_s    between chunks
  chunk_bytes   characters of a delta (12)
  write_bytes   cuts the stream into writes of so many bytes, anywhere
  sse           list of "crlf", "bom", "split_data" (an event over two data lines),
                "usage_on_finish", "no_usage"
  fault         one of
    close_before      closes without an answer
    cut               closes in mid-body; this and the next three act after
                      fault_after chunks (bytes, if not streaming; default: half)
    stall             then silence, the socket open
    keepalive_forever then nothing but comments (empty lines if not streaming)
    error_in_200      then an error object in place of the rest, under status 200
    garbage           an event that is not JSON on the way
    slow_drip         a byte every gap_ms (1000)
    endless           chunks without end
    no_done           everything but the last [DONE] (the line with "done", in NDJSON)
    empty_lines_first empty lines (or comments) first, then the answer
    html              a proxy's HTML page
    gzip_bomb         256 MiB of blanks in 256 kB

A "stop" string of the request ends the answer before it, as real servers do.

The log has a JSON line for each request, written before the answer: n, ms since
the start, in_flight (this one included), method, path, headers (names in lower
case), body (parsed, or text), rule (its index, from 0); and when it is over a line
{"n", "end": "sent" | "hung up" | "client closed", "ms"}.
"""

import argparse
import fnmatch
import json
import os
import re
import signal
import ssl
import sys
import threading
import time
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = "<html><head><title>502 Bad Gateway</title></head><body>proxy</body></html>\n"
STALL_S = 600


class Scenario:
    """The rules and how often each was used."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as f:
            data = json.load(f)
        if isinstance(data, list):
            data = {"rules": data}
        self.dir = os.path.dirname(os.path.abspath(path))
        self.models = data.get("models", ["deepseek-flash", "qwen2.5-coder:7b"])
        self.balance = data.get("balance", {
            "is_available": True,
            "balance_infos": [{"currency": "USD", "total_balance": "5.00",
                               "granted_balance": "0.00", "topped_up_balance": "5.00"}]})
        self.rules = data.get("rules", [])
        self.seen = [0] * len(self.rules)
        self.used = [0] * len(self.rules)
        self.prompts = {}
        self.lock = threading.Lock()

    def pick(self, method, path, body, text):
        """Index and reply of the rule for this request, or (None, None)."""
        with self.lock:
            for i, rule in enumerate(self.rules):
                if not matches(rule.get("match", {}), method, path, body, text):
                    continue
                if 0 <= rule.get("times", -1) <= self.used[i]:
                    continue
                self.seen[i] += 1
                nth = rule.get("match", {}).get("nth")
                if nth is not None and nth != self.seen[i]:
                    continue
                self.used[i] += 1
                return i, rule.get("reply", {})
        return None, None

    def cached_chars(self, model, prompt):
        """Characters that prompt has in common with an earlier one."""
        with self.lock:
            earlier = self.prompts.setdefault(model, [])
            best = max((len(os.path.commonprefix([p, prompt])) for p in earlier),
                       default=0)
            earlier.append(prompt)
        return best

    def text_of(self, reply, body):
        for key in ("content_file", "plan_file"):
            if key in reply:
                path = os.path.join(self.dir, reply[key])
                with open(path, encoding="utf-8", newline="") as f:
                    return f.read()
        if "region_replace" in reply:
            return rewrite_region(reply["region_replace"], body, reply.get("lose", []))
        return reply.get("content", "")


class BadRequest(Exception):
    """The request is not what the rule was written for."""


class Hangup(Exception):
    """The script says to close the connection here."""


def matches(match, method, path, body, text):
    if "path" in match:
        if not fnmatch.fnmatchcase(path, match["path"]):
            return False
    elif method != "POST":
        return False
    if match.get("method", method) != method:
        return False
    fields = body if isinstance(body, dict) else {}
    if "model" in match and fields.get("model") != match["model"]:
        return False
    if any(fields.get(k) != v for k, v in match.get("body", {}).items()):
        return False
    return (all(s in text for s in match.get("contains", []))
            and not any(s in text for s in match.get("lacks", [])))


def message_text(message):
    content = message.get("content")
    if isinstance(content, list):
        return "\n".join(p.get("text", "") for p in content)
    return content or ""


def body_text(body):
    """What "contains" looks at: all messages, or the whole body."""
    if isinstance(body, dict) and isinstance(body.get("messages"), list):
        return "\n".join(message_text(m) for m in body["messages"])
    return body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)


def rewrite_regions(pairs, text, lose):
    """Those of a request for several."""
    marker = re.search(r"<(updated-code(?:-\d+)?)-1>", text).group(1)
    answer = ""
    for number, region in re.findall(r"^<code-(\d+)>\n(.*?)^</code-\1>$", text, re.S | re.M):
        for old, new in [pairs] if isinstance(pairs[0], str) else pairs:
            region = region.replace(old, new)
        answer += "<%s-%s>\n%s" % (marker, number, region)
        answer += "" if int(number) in lose else "</%s-%s>\n" % (marker, number)
    return answer


def rewrite_region(pairs, body, lose):
    """The region of an executor's request, in a first message or before a retry's."""
    messages = body.get("messages", [])
    users = [message_text(m) for m in messages if m.get("role") == "user"]
    if users and "\n<code-1>\n" in "\n" + users[-1]:
        return rewrite_regions(pairs, users[-1], lose)
    blocks = [re.search(r"^<code>\n(.*)^</code>$", text, re.S | re.M) for text in users]
    blocks = [b for b in blocks if b]
    if not blocks:
        raise BadRequest("region_replace: no <code> block in a user message")
    region = blocks[-1].group(1)
    for old, new in [pairs] if isinstance(pairs[0], str) else pairs:
        if old not in region:
            raise BadRequest("region_replace: %r is not in the region" % old)
        region = region.replace(old, new)
    # A region that holds the marker itself is asked for with a numbered one.
    marker = (re.findall(r"</(updated-code(?:-\d+)?)>", users[-1]) or ["updated-code"])[-1]
    # A prefilled answer goes on where the assistant's message ends.
    prefilled = messages[-1].get("role") == "assistant"
    return ("" if prefilled else "<%s>\n" % marker) + region + "</%s>" % marker


def cut_at_stop(text, stop):
    for s in [stop] if isinstance(stop, str) else stop or []:
        text = text.split(s)[0]
    return text


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "modelserver"
    sys_version = ""
    disable_nagle_algorithm = True

    def log_message(self, *args):
        pass

    def do_GET(self):
        self.answer()

    do_POST = do_GET

    def answer(self):
        state = self.server.state
        n, start, in_flight = state.begin()
        raw = self.read_body()
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            body = raw.decode("utf-8", "replace")
        text = body_text(body)
        rule, reply = state.scenario.pick(self.command, self.path, body, text)
        state.log({"n": n, "ms": start, "in_flight": in_flight,
                   "method": self.command, "path": self.path,
                   "headers": {k.lower(): v for k, v in self.headers.items()},
                   "body": body, "rule": rule})
        end = "sent"
        try:
            if reply is None:
                self.builtin()
            else:
                Answer(self, reply, body if isinstance(body, dict) else {}, text).send()
        except BadRequest as e:
            self.send_error_json(400, str(e))
        except Hangup:
            end = "hung up"
        except (ConnectionError, TimeoutError):
            end = "client closed"
        self.close_connection = self.close_connection or end != "sent"
        state.end(n, end)

    def read_body(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            raw = b""
            while True:
                size = int(self.rfile.readline().split(b";")[0], 16)
                raw += self.rfile.read(size)
                self.rfile.readline()
                if not size:
                    return raw
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def builtin(self):
        """What real servers answer without being asked to."""
        scenario = self.server.state.scenario
        path = self.path.split("?")[0]
        if self.command == "GET" and path.endswith("/models"):
            self.send_json(200, {"object": "list", "data": [
                {"id": m, "object": "model", "owned_by": "test"}
                for m in scenario.models]})
        elif self.command == "GET" and path.endswith("/user/balance"):
            self.send_json(200, scenario.balance)
        elif self.command == "GET" and path == "/api/tags":
            self.send_json(200, {"models": [
                {"name": m, "model": m} for m in scenario.models]})
        elif self.command == "GET":
            self.send_error_json(404, "no such page")
        else:
            self.send_error_json(400, "no rule of the scenario matches this request")

    def send_error_json(self, status, message):
        self.send_json(status, {"error": {"message": message, "param": None,
                                          "type": "invalid_request_error",
                                          "code": "invalid_request_error"}})

    def send_json(self, status, value, headers=()):
        self.send_whole(status, "application/json", json.dumps(value).encode(), headers)

    def send_whole(self, status, kind, raw, headers=()):
        headers = dict(headers)
        self.send_response(status)
        self.send_header("Content-Type", headers.pop("Content-Type", kind))
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)


class Answer:
    """One scripted reply to one chat request."""

    def __init__(self, handler, reply, body, text):
        self.h = handler
        self.reply = reply
        self.body = body
        self.prompt = text
        self.fault = reply.get("fault")
        self.status = reply.get("status", 200)
        self.sse = reply.get("sse", [])
        self.native = handler.path.split("?")[0].endswith("/api/chat")
        self.reasoning_key = "thinking" if self.native else "reasoning_content"
        self.stream = body.get("stream", self.native)
        self.model = body.get("model", "none")
        self.eol = b"\r\n" if "crlf" in self.sse else b"\n"
        self.due = None

    def send(self):
        reply, h = self.reply, self.h
        if self.fault == "close_before":
            raise Hangup
        if self.fault == "html":
            h.send_whole(self.status, "text/html", PAGE.encode(),
                         reply.get("headers", {}))
        elif "body" in reply or self.status != 200 and "content" not in reply:
            time.sleep(reply.get("delay_ms", 0) / 1000)
            self.send_raw(reply.get("body", {"error": {
                "message": "scripted status %d" % self.status, "type": "scripted",
                "param": None, "code": self.status}}))
        elif self.fault == "gzip_bomb":
            self.open("application/json", {"Content-Encoding": "gzip"})
            self.bomb()
        else:
            self.send_chat()

    def send_raw(self, body):
        kind = "text/plain" if isinstance(body, str) else "application/json"
        text = body if isinstance(body, str) else json.dumps(body)
        key = self.h.headers.get("Authorization", "").replace("Bearer ", "")
        url = "http://" + self.h.headers.get("Host", "")
        headers = {name: str(value).replace("@URL@", url)
                   for name, value in self.reply.get("headers", {}).items()}
        text = text.replace("@KEY@", key).replace("@URL@", url)
        self.h.send_whole(self.status, kind, text.encode(), headers)

    def send_chat(self):
        content = self.h.server.state.scenario.text_of(self.reply, self.body)
        self.content = cut_at_stop(content, self.body.get("stop")
                                   or self.body.get("options", {}).get("stop"))
        self.count_usage()
        if not self.stream:
            kind = "application/json"
        else:
            kind = "application/x-ndjson" if self.native else "text/event-stream"
        self.open(kind)
        self.wait_for_first()
        if self.fault == "error_in_200" and not self.stream:
            self.write(json.dumps(self.error()).encode())
        elif not self.stream:
            self.send_in_pieces(self.whole())
        else:
            self.send_stream()
        self.close()

    # The transport: chunked, in writes as small as asked for.

    def open(self, kind, headers=()):
        h = self.h
        h.send_response(self.status)
        h.send_header("Content-Type", kind)
        h.send_header("Transfer-Encoding", "chunked")
        for name, value in {**dict(headers), **self.reply.get("headers", {})}.items():
            h.send_header(name, str(value))
        h.end_headers()
        if "bom" in self.sse:
            self.write(b"\xef\xbb\xbf")

    def write(self, raw):
        step = 1 if self.fault == "slow_drip" else self.reply.get("write_bytes", len(raw))
        for at in range(0, len(raw), max(step, 1)):
            piece = raw[at:at + max(step, 1)]
            self.h.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            if self.fault == "slow_drip":
                time.sleep(self.reply.get("gap_ms", 1000) / 1000)

    def close(self):
        self.h.wfile.write(b"0\r\n\r\n")

    def quiet_line(self):
        self.write((b": keep-alive" if self.stream and not self.native else b"")
                   + self.eol + self.eol)

    def wait_for_first(self):
        left = self.reply.get("delay_ms", 0)
        step = self.reply.get("keepalive_ms", 0)
        while step and left > step:
            self.quiet_line()
            time.sleep(step / 1000)
            left -= step
        time.sleep(left / 1000)
        if self.fault == "empty_lines_first":
            for _ in range(3):
                self.quiet_line()

    def pause(self):
        if self.fault == "slow_drip":
            return
        gap = self.reply.get("gap_ms", 0) / 1000
        if "tokens_per_s" in self.reply:
            gap = self.reply.get("chunk_bytes", 12) / 4 / self.reply["tokens_per_s"]
        # By the clock, not by the gap: sleeps that are late must not add up.
        self.due = max(self.due or time.monotonic(), time.monotonic() - gap) + gap
        time.sleep(max(0, self.due - time.monotonic()))

    def break_off(self):
        """What a fault does where the answer breaks off. Does not return."""
        if self.fault == "cut":
            raise Hangup
        end = time.monotonic() + STALL_S
        while time.monotonic() < end:
            if self.fault == "keepalive_forever":
                self.quiet_line()
            time.sleep(0.1)
            self.notice_hangup()
        raise Hangup

    def notice_hangup(self):
        self.h.connection.settimeout(0.001)
        try:
            if self.h.connection.recv(1) == b"":
                raise ConnectionError
        except TimeoutError:
            pass
        finally:
            self.h.connection.settimeout(None)

    def bomb(self):
        pack = zlib.compressobj(9, zlib.DEFLATED, 31)
        block = b" " * (1 << 20)
        for _ in range(256):
            piece = pack.compress(block)
            if piece:
                self.write(piece)
        self.write(pack.flush())
        self.close()

    # The protocol.

    def finish_reason(self):
        return self.reply.get("finish_reason",
                              "tool_calls" if "tool_calls" in self.reply else "stop")

    def error(self):
        message = "scripted failure of the provider"
        if self.native:
            return {"error": message}
        return {"error": {"code": 502, "message": message}}

    def count_usage(self):
        prompt = len(self.prompt) // 4 + 1
        hit = self.h.server.state.scenario.cached_chars(self.model, self.prompt) // 4
        think = len(self.reply.get("reasoning", "")) // 4
        out = len(self.content) // 4 + 1 + think
        self.usage = self.reply.get("usage", {
            "prompt_tokens": prompt, "completion_tokens": out,
            "total_tokens": prompt + out,
            "prompt_cache_hit_tokens": hit, "prompt_cache_miss_tokens": prompt - hit,
            "completion_tokens_details": {"reasoning_tokens": think}})

    def message(self):
        message = {"role": "assistant", "content": self.content}
        if "reasoning" in self.reply:
            message[self.reasoning_key] = self.reply["reasoning"]
        if "tool_calls" in self.reply:
            message["tool_calls"] = self.reply["tool_calls"]
        return message

    def native_end(self, message):
        return {"model": self.model, "created_at": "2026-01-01T00:00:00Z",
                "message": message, "done": True, "done_reason": self.finish_reason(),
                "prompt_eval_count": self.usage.get("prompt_tokens", 0),
                "eval_count": self.usage.get("completion_tokens", 0)}

    def whole(self):
        if self.native:
            return json.dumps(self.native_end(self.message())).encode()
        return json.dumps({
            "id": "test", "object": "chat.completion", "created": 0, "model": self.model,
            "choices": [{"index": 0, "message": self.message(),
                         "finish_reason": self.finish_reason()}],
            "usage": self.usage}, ensure_ascii=False).encode()

    def send_in_pieces(self, raw):
        half = self.reply.get("fault_after", len(raw) // 2)
        if self.fault in ("cut", "stall"):
            self.write(raw[:half])
            self.break_off()
        if self.fault == "keepalive_forever":
            self.break_off()
        if self.fault == "garbage":
            raw = b"\x00\xff{not json" + raw[:half]
        self.write(raw)
        while self.fault == "endless":
            self.write(b" " * 4096)

    def deltas(self):
        size = self.reply.get("chunk_bytes", 12)
        reasoning = self.reply.get("reasoning", "")
        yield {"role": "assistant", "content": None if reasoning else ""}
        for key, text in ((self.reasoning_key, reasoning), ("content", self.content)):
            for at in range(0, len(text), size):
                yield {key: text[at:at + size]}
        for i, call in enumerate(self.reply.get("tool_calls", [])):
            yield {"tool_calls": [{"index": i, **call}]}

    def event(self, value):
        text = json.dumps(value, ensure_ascii=False)
        if self.native:
            self.write(text.encode() + b"\n")
            return
        if "split_data" in self.sse:
            # Between two members, where a newline is white space to JSON.
            text = text.replace(", ", ",\n", 1)
        lines = [b"data: " + line.encode() for line in text.split("\n")]
        self.write(self.eol.join(lines) + self.eol + self.eol)

    def chunk(self, delta, finish=None, **more):
        if self.native:
            self.event({"model": self.model, "created_at": "2026-01-01T00:00:00Z",
                        "message": {"role": "assistant", "content": "",
                                    **{k: v or "" for k, v in delta.items()}},
                        "done": False})
        else:
            self.event({"id": "test", "object": "chat.completion.chunk", "created": 0,
                        "model": self.model,
                        "choices": [{"index": 0, "delta": delta,
                                     "finish_reason": finish}], **more})

    def send_stream(self):
        deltas = list(self.deltas())
        broken = self.fault in ("cut", "stall", "keepalive_forever", "error_in_200",
                                "garbage")
        stop_at = len(deltas)
        if broken:
            stop_at = self.reply.get("fault_after", stop_at // 2)
        for delta in deltas[:stop_at]:
            self.chunk(delta)
            self.pause()
        if self.fault == "error_in_200":
            self.event(self.error())
            return
        if self.fault == "garbage":
            self.write(b"data: {\"choices\": [not json" + self.eol + self.eol)
        elif broken:
            self.break_off()
        while self.fault == "endless":
            self.chunk({"content": "and so on, "})
        self.send_stream_end()

    def send_stream_end(self):
        if self.native:
            if self.fault != "no_done":
                self.event(self.native_end({"role": "assistant", "content": ""}))
            return
        if "usage_on_finish" in self.sse:
            self.chunk({"content": ""}, self.finish_reason(), usage=self.usage)
        else:
            self.chunk({"content": ""}, self.finish_reason(), usage=None)
            wanted = (self.body.get("stream_options") or {}).get("include_usage")
            if wanted and "no_usage" not in self.sse:
                self.event({"id": "test", "model": self.model, "choices": [],
                            "usage": self.usage})
        if self.fault != "no_done":
            self.write(b"data: [DONE]" + self.eol + self.eol)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class State:
    """What the threads share: scenario, log, and how many requests are open."""

    def __init__(self, scenario, log):
        self.scenario = scenario
        self.out = log
        self.start = time.monotonic()
        self.lock = threading.Lock()
        self.count = 0
        self.in_flight = 0

    def ms(self):
        return int((time.monotonic() - self.start) * 1000)

    def begin(self):
        with self.lock:
            self.count += 1
            self.in_flight += 1
            return self.count, self.ms(), self.in_flight

    def end(self, n, how):
        with self.lock:
            self.in_flight -= 1
        self.log({"n": n, "end": how, "ms": self.ms()})

    def log(self, entry):
        with self.lock:
            if self.out:
                self.out.write(json.dumps(entry, ensure_ascii=False) + "\n")
                self.out.flush()


def end_with_parent(parent):
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n")[2][7:])
    parser.add_argument("--scenario", required=True)
    parser.add_argument("--port-file", required=True)
    parser.add_argument("--log")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls")
    args = parser.parse_args()

    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    log = open(args.log, "a", encoding="utf-8") if args.log else None
    server = Server(("127.0.0.1", args.port), Handler)
    if args.tls:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(args.tls)
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    server.state = State(Scenario(args.scenario), log)
    threading.Thread(target=end_with_parent, args=(os.getppid(),), daemon=True).start()
    with open(args.port_file + ".new", "w", encoding="ascii") as f:
        f.write("%d\n" % server.server_address[1])
    os.rename(args.port_file + ".new", args.port_file)
    server.serve_forever()


if __name__ == "__main__":
    sys.exit(main())
