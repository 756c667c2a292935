"""A server of files in plain Python. No handler is wrapped: what is checked stands in policies/files.mcpolicy."""

import json
import sys

READ_FILE = {
    "name": "read_file",
    "description": "Reads a file.",
    "inputSchema": {
        "type": "object",
        "properties": {
            "path": {"type": "string"},
            "encoding": {"type": "string"},
            "max_bytes": {"type": "integer"},
        },
        "required": ["path"],
    },
}


def read_file(path, encoding="utf-8", max_bytes=1_048_576):
    with open(path, "rb") as file:
        text = file.read(max_bytes).decode(encoding)
    return {"content": [{"type": "text", "text": text}]}


def answer(method, params):
    if method == "initialize":
        info = {"name": "files", "version": "1.0.0"}
        return {"protocolVersion": params["protocolVersion"], "capabilities": {"tools": {}}, "serverInfo": info}
    if method == "tools/list":
        return {"tools": [READ_FILE]}
    if method == "tools/call" and params["name"] == "read_file":
        return read_file(**params.get("arguments", {}))
    return None


for line in sys.stdin:
    message = json.loads(line)
    if "id" not in message:
        continue
    try:
        result = answer(message["method"], message.get("params", {}))
        known = {"code": -32601, "message": "Method not found"} if result is None else None
    except OSError as problem:
        result, known = None, {"code": -32000, "message": str(problem)}
    content = {"result": result} if known is None else {"error": known}
    print(json.dumps({"jsonrpc": "2.0", "id": message["id"], **content}), flush=True)
