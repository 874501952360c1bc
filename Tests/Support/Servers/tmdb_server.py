"""A server with the shapes of TMDB's answers, for tests: python3 tmdb_server.py SETTINGS.json

The settings: port; certificate and key (then TLS, with HTTP/2); log, a file that gets a JSON object for each request; movies, how
many there are, with the ids 1 and up; documents, a file of NDJSON with others; page, how many movies a page of a list has;
script, what happens to the requests of an id (or of "popular", "changes", …), one after the other, the last one for ever where
it begins with "="; rate, how many requests a second are answered, and retry_after; delay, seconds before each answer; closes,
after how many requests a connection is closed; exports, the days of which there is a file of ids; token and key, of which one
has to come.
"""

import asyncio
import email.utils
import gzip
import json
import sys
import time
from urllib.parse import parse_qs

from hypercorn.asyncio import serve
from hypercorn.config import Config

with open(sys.argv[1]) as file:
    settings = json.load(file)

log = open(settings["log"], "a", buffering=1)
script = {key: list(steps) for key, steps in settings.get("script", {}).items()}
recent: list[float] = []
documents: dict[int, bytes] = {}
if settings.get("documents"):
    with open(settings["documents"], "rb") as file:
        for line in file:
            documents[json.loads(line)["id"]] = line.rstrip(b"\n")


def release(movie: int) -> str:
    return f"{2020 + movie % 5}-{movie % 12 + 1:02}-{movie % 28 + 1:02}"


def document(movie: int, query: dict) -> bytes:
    if movie in documents:
        return documents[movie]
    language = query.get("language", ["en"])[0]
    body = {
        "id": movie, "title": f"Movie {movie} {language}", "original_title": f"Movie {movie}",
        "overview": ("The story of " + str(movie) + ". ") * 20, "popularity": float(movie % 100),
        "release_date": release(movie), "vote_count": movie * 3, "vote_average": 6.5,
        "poster_path": f"/poster{movie % 50}.jpg", "genres": [{"id": 18, "name": "Drama"}],
    }
    for block in query.get("append_to_response", [""])[0].split(","):
        if block:
            body[block] = {"results": []}
    return json.dumps(body, ensure_ascii=False).encode()


ids = sorted(documents) if documents else list(range(1, settings.get("movies", 100) + 1))
known = set(ids)


async def answer(send, status, body, kind="application/json;charset=utf-8", headers=(), length=None):
    sent = [(b"content-type", kind.encode()), *((name.encode(), value.encode()) for name, value in headers)]
    sent.append((b"content-length", str(len(body) if length is None else length).encode()))
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": body})


def told(code, words):
    return json.dumps({"success": False, "status_code": code, "status_message": words}).encode()


async def misbehave(step, movie, query, send):
    """Answers as the script says; false where the request is to be answered as it should be."""
    body = document(movie, query) if movie else b"{}"
    name, _, rest = step.lstrip("=").partition(":")
    if name == "ok":
        return False
    if name == "gone":
        await answer(send, 404, told(34, "The resource you requested could not be found."))
    elif name == "html404":
        await answer(send, 404, b"<html>not here</html>", "text/html")
    elif name == "html200":
        await answer(send, 200, b"<html>log in first</html>", "text/html")
    elif name == "wrong":
        await answer(send, 500, told(44, "The ID is invalid."))
    elif name == "other":
        await answer(send, 200, document(movie + 1, query))
    elif name == "limit":
        headers = [("retry-after", rest)] if rest else []
        await answer(send, 429, told(25, "Your request count is over the allowed limit."), headers=headers)
    elif name == "limitdate":
        date = email.utils.formatdate(time.time() + float(rest), usegmt=True)
        await answer(send, 429, told(25, "Your request count is over the allowed limit."), headers=[("retry-after", date)])
    elif name == "redirect":
        await answer(send, 302, b"", headers=[("location", rest)])
    elif name == "status":
        await answer(send, int(rest), told(11, "Internal error: something went wrong."))
    elif name == "echo":
        await answer(send, int(rest), told(7, "Invalid API key: " + json.dumps({k: v for k, v in query.items()})))
    elif name == "half":
        # The body ends before its length.
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(body)).encode())]})
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        raise ConnectionError("cut off by the script")
    elif name == "malformed":
        await answer(send, 200, body[: len(body) // 2])
    elif name == "empty":
        await answer(send, 200, b"")
    elif name == "drip":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(body)).encode())]})
        for place in range(0, len(body)):
            await send({"type": "http.response.body", "body": body[place : place + 1], "more_body": True})
            await asyncio.sleep(0.2)
        await send({"type": "http.response.body", "body": b""})
    elif name == "hang":
        await asyncio.sleep(3600)
    else:
        raise ValueError(step)
    return True


def listed(path, query):
    if path == "/3/movie/popular":
        return "popular", sorted(ids, key=lambda movie: (-(movie % 100), movie))
    if path == "/3/discover/movie":
        first, last = query["primary_release_date.gte"][0], query["primary_release_date.lte"][0]
        return "discover", [movie for movie in ids if first <= release(movie) <= last]
    if path == "/3/movie/changes":
        first, last = query["start_date"][0], query["end_date"][0]
        return "changes", [movie for movie in ids if first <= f"2026-11-{movie % 28 + 1:02}" <= last]
    return None, []


async def respond(path, query, send):
    if path.startswith("/p/exports/"):
        name = path.rsplit("/", 1)[1]
        if name not in settings.get("exports", []):
            return await answer(send, 403, b"<Error>AccessDenied</Error>", "application/xml")
        lines = [json.dumps({"id": movie, "popularity": float(movie % 100), "adult": "adult" in name}) for movie in ids]
        return await answer(send, 200, gzip.compress("\n".join(lines).encode()), "application/gzip")
    if path.startswith("/t/p/"):
        name = path.rsplit("/", 1)[1]
        if "49" in name:
            return await answer(send, 404, b"<html/>", "text/html")
        return await answer(send, 200, b"\xff\xd8\xff" + name.encode() * 200, "image/jpeg")
    kind, found = listed(path, query)
    if kind:
        size, page = settings.get("page", 20), int(query.get("page", ["1"])[0])
        pages = (len(found) + size - 1) // size
        if page > 500:
            return await answer(send, 400, told(22, "Invalid page: Pages start at 1 and max at 500."))
        results = [{"id": movie, "adult": False} for movie in found[(page - 1) * size : page * size]]
        body = {"page": page, "results": results, "total_pages": pages, "total_results": len(found)}
        return await answer(send, 200, json.dumps(body).encode())
    movie = int(path.rsplit("/", 1)[1])
    if movie not in known:
        return await answer(send, 404, told(34, "The resource you requested could not be found."))
    await answer(send, 200, document(movie, query))


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    now = time.time()
    path, query = scope["path"], parse_qs(scope["query_string"].decode())
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    last = path.rsplit("/", 1)[1]
    key = last if path.startswith("/3/") else path
    entry = {
        "time": now, "path": path, "query": scope["query_string"].decode(), "authorization": headers.get("authorization"),
        "http": scope["http_version"], "client": scope["client"][1],
    }
    limited = False
    if settings.get("rate") and path.startswith("/3/"):
        recent[:] = [moment for moment in recent if now - moment < 1] + [now]
        limited = len(recent) > settings["rate"]
    steps = script.get(key, [])
    step = (steps[0] if steps[0].startswith("=") else steps.pop(0)) if steps else "ok"
    entry["step"] = "limited" if limited else step
    log.write(json.dumps(entry) + "\n")
    if settings.get("delay"):
        await asyncio.sleep(settings["delay"])
    if path.startswith("/3/") and not (
        (settings.get("token") and headers.get("authorization") == "Bearer " + settings["token"])
        or (settings.get("key") and query.get("api_key") == [settings["key"]])
    ):
        return await answer(send, 401, told(7, "Invalid API key: You must be granted a valid key."))
    if limited:
        headers = [("retry-after", str(settings["retry_after"]))] if "retry_after" in settings else []
        return await answer(send, 429, told(25, "Your request count is over the allowed limit."), headers=headers)
    if await misbehave(step, int(last) if last.isdigit() else 0, query, send):
        return
    await respond(path, query, send)


config = Config()
config.bind = [f"127.0.0.1:{settings['port']}"]
config.certfile, config.keyfile = settings.get("certificate"), settings.get("private_key")
config.alpn_protocols = ["h2", "http/1.1"] if settings.get("http2", True) else ["http/1.1"]
config.keep_alive_max_requests = settings.get("closes", 1_000_000)
config.h2_max_concurrent_streams = 100
config.loglevel = "CRITICAL"
asyncio.run(serve(app, config))
