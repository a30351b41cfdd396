#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Hold each line of JSON Lines against a JSON Schema (draft 2020-12).

Reads files, or standard input where none is named or the name is `-`. Prints
how many objects of each type there were. Each fault goes to standard error as
`FILE:LINE: PATH: reason`. Exit status: 0 all good; 1 a fault, or no object at
all; 2 cannot check (usage, no such schema, no jsonschema module).
"""
import argparse
import collections
import json
import pathlib
import sys

try:
    from jsonschema import Draft202012Validator, SchemaError
except ImportError as e:
    print(f"validate.py: {e}: install python3-jsonschema, or use the python3 that configure found",
          file=sys.stderr)
    sys.exit(2)

SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "conf" / "audisp-noise.schema.json"
REASON_MAX = 300  # characters of a reason: it quotes the value, which may be a whole object


def refuse_constant(name):
    raise ValueError(f"{name} is no JSON number")


def refuse_twice(pairs):
    """JSON readers disagree on which of two members of one name holds."""
    twice = [name for name, n in collections.Counter(k for k, _ in pairs).items() if n > 1]
    if twice:
        raise ValueError(f"member {twice[0]!r} stands twice")
    return dict(pairs)


def load(text):
    return json.loads(text, parse_constant=refuse_constant, object_pairs_hook=refuse_twice)


def load_validator(path, part):
    """The whole schema, or one entry of its $defs."""
    schema = load(pathlib.Path(path).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    if part:
        if part not in schema["$defs"]:
            raise ValueError(f"no $defs entry {part!r}")
        schema = {"$defs": schema["$defs"], "$ref": f"#/$defs/{part}"}
    return Draft202012Validator(schema)


def check_line(line, validator):
    """Return the type of the object, and (path, reason) of each fault."""
    try:
        value = load(line.decode("utf-8"))
    except RecursionError:
        return "unreadable", [("$", "nested too deeply")]
    except ValueError as e:
        return "unreadable", [("$", f"no JSON: {e}")]
    kind = value.get("type") if isinstance(value, dict) else None
    faults = []
    for error in sorted(validator.iter_errors(value), key=lambda e: e.json_path):
        reason = error.message
        if len(reason) > REASON_MAX:
            reason = reason[:REASON_MAX // 2] + " ... " + reason[-REASON_MAX // 2:]
        faults.append((error.json_path, reason))
    return kind if isinstance(kind, str) else "untyped", faults


def check_stream(name, stream, validator, types):
    """Check all lines of one input; return its number of faults."""
    found = 0
    for number, line in enumerate(stream, 1):
        kind, faults = check_line(line.rstrip(b"\n"), validator)
        types[kind] += 1
        found += len(faults)
        for path, reason in faults:
            print(f"{name}:{number}: {path}: {reason}", file=sys.stderr)
    return found


def main():
    parser = argparse.ArgumentParser(description="Check JSON Lines against a JSON Schema.")
    parser.add_argument("--schema", default=str(SCHEMA), help="the schema (default: %(default)s)")
    parser.add_argument("--part", metavar="NAME",
                        help="check against this entry of $defs, such as request")
    parser.add_argument("file", nargs="*", default=["-"], help="default: standard input")
    args = parser.parse_args()
    try:
        validator = load_validator(args.schema, args.part)
    except (OSError, ValueError, SchemaError) as e:
        print(f"validate.py: {args.schema}: {e}", file=sys.stderr)
        return 2
    types = collections.Counter()
    found = 0
    for name in args.file:
        try:
            if name == "-":
                found += check_stream("(standard input)", sys.stdin.buffer, validator, types)
            else:
                with open(name, "rb") as stream:
                    found += check_stream(name, stream, validator, types)
        except OSError as e:
            print(f"{name}: {e.strerror}", file=sys.stderr)
            found += 1
    sys.stdout.reconfigure(errors="backslashreplace")  # a type may be any text
    total = sum(types.values())
    listed = ", ".join(f"{n} {kind}" for kind, n in sorted(types.items()))
    print(f"{total} objects" + (f": {listed}" if listed else ""))
    if not total:
        print("no object was read", file=sys.stderr)
    return 1 if found or not total else 0


if __name__ == "__main__":
    sys.exit(main())
