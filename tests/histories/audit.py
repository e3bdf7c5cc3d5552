"""The audit log beside what was acknowledged: each change once, with who did it, and nothing else.

Every request carries an id of its own, which its events are found by. A refused call and one that only
reads must have left nothing; an acknowledged change exactly one event of its kind, whatever aliases
moved along with it; a call whose answer was lost, one or none. And all alias events of a collection,
done again in order, must end in the aliases that it has.
"""
import base64
import collections
import json

import model

# The one event of an acknowledged call...
ALWAYS = {"unlink": "version_unlinked", "delete_version": "artifact:delete", "restore_version": "version_restored",
          "delete_collection": "collection_deleted", "restore_collection": "collection_restored",
          "rename_collection": "collection_edited", "create_collection": "collection_created",
          "rename_registry": "project_renamed", "delete_registry": "registry_deleted", "restore_registry": "registry_restored",
          "set_role": "registry_member_set", "remove_member": "registry_member_removed",
          "set_team_role": "registry_member_set", "remove_team": "registry_member_removed", "change_tags": "version_edited"}
# ...or of one that may find everything as it should be, and then changes nothing.
PERHAPS = {"link": "version_linked", "log": "artifact:create", "add_member": "registry_member_set",
           "protect": "alias_protected", "unprotect": "alias_unprotected", "save_registry": "project_updated"}
ALIAS = {"alias_added", "alias_removed"}
BESIDES = {"link": ALIAS | {"collection_created"}, "log": ALIAS, "change_aliases": ALIAS, "unlink": ALIAS,
           "delete_version": ALIAS, "restore_version": ALIAS, "save_registry": {"registry_created"},
           "bulk_delete": ALIAS | {"artifact:delete", "version_unlinked"}}


def number(wire_id):
    return int(base64.b64decode(wire_id).decode().partition(":")[2])


def fetch(root):
    """Every event, oldest first."""
    body = root.get("/admin/audit_logs?numDays=1", {"Authorization": root.headers["Authorization"]})
    return [json.loads(line) for line in body.splitlines()]


def check(events, cells, service):
    """-> what is wrong"""
    wrong = []
    by_request = collections.defaultdict(list)
    for event in events:
        by_request[event.get("request_id")].append(event)
    known = set()
    for cell in cells:
        for call in cell.history:
            mine = [event for request in call.request_ids for event in by_request.get(request, ())]
            known.update(call.request_ids)
            problem = judge(call, mine, service)
            if problem:
                wrong.append(f"{problem}: {call!r} left {[event['action'] for event in mine]}")
        wrong += numbers(events, cell) + aliases(events, cell)
    for event in events:
        if event.get("actor_username") in model.PEOPLE and event.get("request_id", "").startswith("call-") and \
                event["request_id"] not in known:
            wrong.append(f"nobody asked for {event}")
    return wrong


def judge(call, mine, service):
    """What is wrong with the events of a call; None when nothing is."""
    kind = ALWAYS.get(call.kind) or PERHAPS.get(call.kind)
    main = [event for event in mine if event["action"] == kind]
    besides = {event["action"] for event in mine} - {kind}
    is_done = call.answer and call.answer[0] == "ok"
    if call.answer and not is_done and mine:
        return "a refused call is in the log"
    if is_done and call.kind in ALWAYS and len(main) != 1:
        return "an acknowledged change is not in the log exactly once"
    if len(main) > 1:
        return "a call is in the log twice"
    if besides - BESIDES.get(call.kind, set()):
        return "events of other changes"
    name = service if call.who == "svc" else call.who
    if any(event["actor_username"] != name or event["actor_ip"] != "127.0.0.1" for event in mine):
        return "the log names somebody else"
    if "artifact" in call.given and any(event["artifact_asset"] != number(call.given["artifact"]) for event in main):
        return "the log names another version"
    return None


def numbers(events, cell):
    """Each number of each collection was given in exactly one event."""
    given = collections.defaultdict(list)
    for event in events:
        if event["action"] in ("version_linked", "artifact:create"):
            given[event["artifact_sequence_asset"]].append(event["artifact_version_index"])
    return fitting(cell, lambda key, collection: given[number(key)] == list(range(collection.next)) or
                   f"{key}: the log gives the numbers {given[number(key)]}, {collection.next} were given")


def aliases(events, cell):
    wrong = []
    held, told = collections.defaultdict(dict), collections.defaultdict(list)
    for event in events:
        place, alias = held[event.get("artifact_sequence_asset")], event.get("alias")
        if event["action"] in ALIAS:
            told[event["artifact_sequence_asset"]].append(
                f"{event['action']} {alias} v{event['artifact_version_index']} by {event['actor_username']}")
        if event["action"] == "alias_added":
            if alias in place:
                wrong.append(f"{alias} was put on while it was on v{place[alias]}: {event}")
            place[alias] = event["artifact_version_index"]
        elif event["action"] == "alias_removed":
            if place.pop(alias, None) != event["artifact_version_index"]:
                wrong.append(f"{alias} was taken off where it was not: {event}")
    return wrong + fitting(cell, lambda key, collection: held[number(key)] == dict(collection.aliases) or
                           f"{key}: the log leads to the aliases {held[number(key)]}, there are {dict(collection.aliases)}: " +
                           ", ".join(told[number(key)][-12:]))


def fitting(cell, check):
    """What is wrong in the state that fits best: what deleted collections hold is not read, so several may be possible."""
    complaints = []
    for state in cell.states:
        answers = [check(key, collection) for key, collection in state.collections.items()]
        complaints.append([answer for answer in answers if answer is not True])
    return min(complaints, key=len)
