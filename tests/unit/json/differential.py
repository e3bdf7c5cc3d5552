#!/usr/bin/env python3
"""Random documents, valid and damaged: our two readers must agree with Python's json.

usage: differential.py JSON_ECHO [SEED]
"""
import json
import random
import struct
import subprocess
import sys

ECHO = sys.argv[1]
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 20261121
COUNT = 1000


def random_string(rng):
    pools = ["abcdefghij/.-_ ", "\"\\\b\f\n\r\t\x00\x1f\x7f<>&", "\u00e9\u20ac\u2028\u4e2d", "\U0001f600\U0010ffff"]
    return "".join(rng.choice(rng.choice(pools)) for _ in range(rng.choice([0, 1, 3, 8, 9, 17, 40])))


def random_number(rng):
    kind = rng.randrange(6)
    if kind == 0:
        return rng.randrange(-1000, 1000)
    if kind == 1:
        return rng.randrange(-2**70, 2**70)
    if kind == 2:
        return rng.uniform(-1e6, 1e6)
    if kind == 3:
        return struct.unpack("<d", struct.pack("<Q", rng.randrange(1 << 64)))[0]
    if kind == 4:
        return rng.randrange(-10**6, 10**6) / 1000
    return rng.choice([0, -0.0, 1e22, 1e23, 5e-324, 1.7976931348623157e308, 2**53 + 1, 0.1, 1 / 3])


def random_value(rng, depth=0):
    kind = rng.randrange(4 if depth > 5 else 7)
    if kind == 0:
        return rng.choice([None, True, False])
    if kind == 1:
        number = random_number(rng)
        finite = isinstance(number, int) or number - number == 0
        return number if finite else 0
    if kind <= 3:
        return random_string(rng)
    if kind == 4:
        return [random_value(rng, depth + 1) for _ in range(rng.randrange(5))]
    return {random_string(rng): random_value(rng, depth + 1) for _ in range(rng.choice([0, 1, 2, 3, 25]))}


def damage(rng, data):
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2])):
        at = rng.randrange(len(data) + 1)
        kind = rng.randrange(4)
        if kind == 0:
            data[at:at] = bytes([rng.choice(b'{}[],:"\\0-+.eEntf \n\xff\xc3\x00')])
        elif kind == 1 and data:
            del data[min(at, len(data) - 1)]
        elif kind == 2 and data:
            data[min(at, len(data) - 1)] = rng.randrange(256)
        else:
            del data[at:]
    return bytes(data)


class Refused(Exception):
    pass


def no_word(word):
    raise Refused(word)


def no_twins(pairs):
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise Refused("duplicate key")
    return dict(pairs)


def numbers_of(value):
    if isinstance(value, dict):
        return [n for v in value.values() for n in numbers_of(v)]
    if isinstance(value, list):
        return [n for v in value for n in numbers_of(v)]
    return [value] if isinstance(value, (int, float)) and not isinstance(value, bool) else []


def oracle(data, twins_refused):
    """(accepted, value)"""
    try:
        text = data.decode("utf-8")
        value = json.loads(text, parse_constant=no_word, object_pairs_hook=no_twins if twins_refused else dict)
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # lone surrogates
        return True, value
    except (ValueError, Refused):
        return False, None


def same(a, b):
    """Equal, with -0.0 apart from 0.0 and 1 apart from 1.0 and True."""
    return json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True)


def digits(text):
    return len(text.lstrip("-").split("e")[0].replace(".", "").strip("0"))


def check_numbers(value, line):
    got = json.loads(line)
    for want, have, text in zip(numbers_of(value), got, line.strip("[]").split(",") if got else [], strict=True):
        try:
            want = float(want)
        except OverflowError:
            want = float("inf")
        if want - want != 0:
            assert have is None, (want, have)
        else:
            assert float(have) == want, (want, have)
        # As few as read back, but never fewer than 15 are tried.
        assert have is None or digits(text) <= max(15, digits(repr(want))), text


def check(process, data):
    process.stdin.write(struct.pack("<I", len(data)) + data)
    process.stdin.flush()
    tree, *readers = [process.stdout.readline().decode() for _ in range(4)]
    numbers = process.stdout.readline().decode()
    accepted, value = oracle(data, True)
    loose_accepted, loose_value = oracle(data, False)
    assert tree.startswith("ok ") == accepted, (data, tree)
    if accepted:
        assert same(json.loads(tree[3:]), value), (data, tree)
        check_numbers(value, numbers.strip())
    for line in readers:
        assert line.startswith("ok ") == loose_accepted, (data, line)
        if loose_accepted:
            assert same(json.loads(line[3:]), loose_value), (data, line)
    return accepted


def main():
    rng = random.Random(SEED)
    seen = [0, 0]
    problem = None
    with subprocess.Popen([ECHO], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            for i in range(COUNT):
                text = json.dumps(random_value(rng), ensure_ascii=rng.random() < 0.5,
                                  indent=rng.choice([None, None, 1]))
                data = text.encode()
                if i % 2:
                    data = damage(rng, data)
                seen[check(process, data)] += 1
        except AssertionError as error:
            problem = error
            process.kill()
    print("1..2")
    print(f"{'not ok' if problem else 'ok'} 1 - readers agree with Python on {sum(seen)} documents (seed {SEED})")
    if problem:
        print(f"# {problem}")
    fair = min(seen) > COUNT // 5
    print(f"{'ok' if fair else 'not ok'} 2 - {seen[1]} of them valid, {seen[0]} not")
    return 0 if fair and not problem else 1


sys.exit(main())
