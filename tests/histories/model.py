"""What a registry should do, in a few hundred lines: the small model that the server is compared with.

A State is everything that one cell of the test holds: two registries, their collections, one
sequence of a team's project and its versions. It never changes: a call makes a new one. Each
function of CALLS takes the state, who asks, what for, and how the server answered; it returns the
state afterwards and the answer that is right. The server's answer is looked at for one thing only:
the ids of what the call made. An answer is ("ok", ...) or (status,).

Where the rules are from: docs/permissions.md and the requirements for links, aliases, protected
aliases, deleting and restoring. Which of two reasons a call is refused for is the server's choice, and is
written down here, too: a change of it shows.
"""
import collections

NONE, RESTRICTED_VIEWER, VIEWER, MEMBER, ADMIN = range(5)
ROLES = {"restricted_viewer": RESTRICTED_VIEWER, "viewer": VIEWER, "member": MEMBER, "admin": ADMIN}

# GONE: deleted so long ago that nothing brings it back. WITH: a collection that went with its registry, and comes back with it.
LIVE, DELETED, GONE, WITH = "live", "deleted", "gone", "with its registry"

SOURCE = "source"   # as the home of a collection: the team's project, not a registry


class Frozen(dict):
    """A dict that nobody changes."""
    __slots__ = ("_hash",)

    def __hash__(self):
        try:
            return self._hash
        except AttributeError:
            self._hash = hash(frozenset(self.items()))
            return self._hash

    def put(self, key, value):
        new = Frozen(self)
        new[key] = value
        return new

    def drop(self, *keys):
        return Frozen((k, v) for k, v in self.items() if k not in keys)


State = collections.namedtuple("State", "registries collections artifacts")
Registry = collections.namedtuple("Registry", "name state access members teams protected")
Collection = collections.namedtuple("Collection", "home name state next versions aliases")
Artifact = collections.namedtuple("Artifact", "version digest state places tags", defaults=(frozenset(),))
Place = collections.namedtuple("Place", "collection version aliases")

# What people are outside of the cell's registries, which never changes:
# organization: "admin", "member", "service" or None; source: the role in the team that owns the source.
Person = collections.namedtuple("Person", "organization source teams")
PEOPLE = {
    "boss": Person("admin", NONE, ()),
    "ann": Person("member", MEMBER, ()),
    "meg": Person("member", MEMBER, ()),
    "vic": Person("member", VIEWER, ()),
    "rob": Person("member", NONE, ()),
    "tim": Person("member", NONE, ("lab",)),
    "svc": Person("service", MEMBER, ()),
    "olga": Person(None, NONE, ()),
}


class Refuse(Exception):
    def __init__(self, status):
        super().__init__(status)
        self.status = status


# ---- who may ----------------------------------------------------------------


def registry_role(registry, who):
    person = PEOPLE[who]
    if person.organization == "admin":
        return ADMIN
    best = registry.members.get(who, NONE)
    if person.organization and registry.access == "PRIVATE":
        best = max(best, MEMBER if person.organization == "service" else RESTRICTED_VIEWER)
    return max([best] + [registry.teams[team] for team in person.teams if team in registry.teams])


def home_role(state, home, who):
    return PEOPLE[who].source if home == SOURCE else registry_role(state.registries[home], who)


def need(role, lowest):
    if role == NONE:
        raise Refuse(404)
    if role < lowest:
        raise Refuse(403)


def best_role_for(state, artifact, who):
    """By any path on which the version can be reached."""
    homes = {c.home for c in state.collections.values() if c.state == LIVE and artifact in c.versions.values()}
    return max([PEOPLE[who].source] + [home_role(state, home, who) for home in homes])


def is_protected(state, home, alias):
    return home != SOURCE and alias in state.registries[home].protected


def may_move(state, home, alias, who):
    return not is_protected(state, home, alias) or home_role(state, home, who) >= ADMIN


def seen_registry(state, who, name):
    for key, registry in state.registries.items():
        if registry.name == name and registry.state == LIVE and registry_role(registry, who) > NONE:
            return key
    return None


def named_collection(state, home, name):
    for key, collection in state.collections.items():
        if collection.home == home and collection.name == name and collection.state == LIVE:
            return key
    return None


def version_of(collection, artifact):
    for version, held in collection.versions.items():
        if held == artifact:
            return version
    return None


def seen_home(state, who, name):
    """The home that a caller names: SOURCE, or a registry by its name."""
    if name == SOURCE:
        return SOURCE if PEOPLE[who].source > NONE else None
    return seen_registry(state, who, name)


def need_collection(state, who, key, lowest, is_source=False):
    """A living collection by its id, that the caller may do it to."""
    collection = state.collections.get(key)
    if collection is None or collection.state != LIVE or (collection.home == SOURCE) != is_source:
        raise Refuse(404)
    need(home_role(state, collection.home, who), lowest)
    return collection


# ---- changing ----------------------------------------------------------------


def with_collection(whole, key, **changes):
    return whole._replace(collections=whole.collections.put(key, whole.collections[key]._replace(**changes)))


def with_artifact(whole, key, **changes):
    return whole._replace(artifacts=whole.artifacts.put(key, whole.artifacts[key]._replace(**changes)))


def with_registry(whole, key, **changes):
    return whole._replace(registries=whole.registries.put(key, whole.registries[key]._replace(**changes)))


def put_alias(state, who, key, version, alias):
    collection = state.collections[key]
    if collection.aliases.get(alias) == version:
        return state
    if not may_move(state, collection.home, alias, who):
        raise Refuse(403)
    return with_collection(state, key, aliases=collection.aliases.put(alias, version))


def put_latest(state, who, key):
    """On the highest version, unless the caller may not move it."""
    collection = state.collections[key]
    if not collection.versions or not may_move(state, collection.home, "latest", who):
        return state
    return put_alias(state, who, key, max(collection.versions), "latest")


def take_out(state, who, key, version):
    """A version leaves a collection, and its aliases with it; `latest` goes on to the highest that is left."""
    collection = state.collections[key]
    had_latest = collection.aliases.get("latest") == version
    mine = [alias for alias, at in collection.aliases.items() if at == version]
    state = with_collection(state, key, versions=collection.versions.drop(version), aliases=collection.aliases.drop(*mine))
    return put_latest(state, who, key) if had_latest else state


def carries_protected(state, key, versions):
    collection = state.collections[key]
    return any(is_protected(state, collection.home, alias) for alias, at in collection.aliases.items() if at in versions)


# ---- the calls ---------------------------------------------------------------


def log(state, who, sequence, digest, answer):
    need(PEOPLE[who].source, MEMBER)
    collection = state.collections[sequence]
    for key, artifact in state.artifacts.items():
        if artifact.state == LIVE and artifact.digest == digest and key in collection.versions.values():
            return put_alias(state, who, sequence, artifact.version, "latest"), ("ok", key, artifact.version)
    version = collection.next
    if answer[0] != "ok" or answer[1] in state.artifacts:
        return state, ("ok", "a new id", version)
    state = state._replace(artifacts=state.artifacts.put(answer[1], Artifact(version, digest, LIVE, ())))
    state = with_collection(state, sequence, next=version + 1, versions=collection.versions.put(version, answer[1]))
    return put_alias(state, who, sequence, version, "latest"), ("ok", answer[1], version)


def link(state, who, artifact, target, aliases, answer):
    """target: a collection's id, or (registry's name, collection's name), which is made when it is not there."""
    if best_role_for(state, artifact, who) < VIEWER:
        raise Refuse(404)
    if state.artifacts[artifact].state != LIVE:
        raise Refuse(409)
    if isinstance(target, tuple):
        home = seen_registry(state, who, target[0])
        if home is None:
            raise Refuse(404)
        key = named_collection(state, home, target[1])
        need(registry_role(state.registries[home], who), MEMBER)
    else:
        need_collection(state, who, target, MEMBER)
        key = target
    if key is None:
        if answer[0] != "ok" or answer[2] in state.collections:
            key = "a new id"
        else:
            key = answer[2]
        state = state._replace(collections=state.collections.put(
            key, Collection(home, target[1], LIVE, 0, Frozen(), Frozen())))
    collection = state.collections[key]
    version = version_of(collection, artifact)
    if version is None:
        version = collection.next
        state = with_collection(state, key, next=version + 1, versions=collection.versions.put(version, artifact))
    if version == max(state.collections[key].versions):
        state = put_latest(state, who, key)
    for alias in aliases:
        state = put_alias(state, who, key, version, alias)
    return state, ("ok", version, key)


def unlink(state, who, artifact, collection, answer):
    held = need_collection(state, who, collection, MEMBER)
    version = version_of(held, artifact)
    if version is None:
        raise Refuse(404)
    if carries_protected(state, collection, [version]) and home_role(state, held.home, who) < ADMIN:
        raise Refuse(403)
    return take_out(state, who, collection, version), ("ok",)


def change_aliases(state, who, artifact, changes, remove, answer):
    """changes: (home's name, collection's name, alias), all or none of them."""
    for home_name, name, alias in changes:
        home = seen_home(state, who, home_name)
        if home is None:
            raise Refuse(404)
        need(home_role(state, home, who), MEMBER)
        key = named_collection(state, home, name)
        version = version_of(state.collections[key], artifact) if key else None
        if version is None:
            raise Refuse(404)
        if not remove:
            state = put_alias(state, who, key, version, alias)
        elif state.collections[key].aliases.get(alias) == version:
            if not may_move(state, home, alias, who):
                raise Refuse(403)
            state = with_collection(state, key, aliases=state.collections[key].aliases.drop(alias))
    return state, ("ok",)


def resolve(state, who, home_name, name, alias, answer):
    home = seen_home(state, who, home_name)
    key = named_collection(state, home, name) if home else None
    version = state.collections[key].aliases.get(alias) if key else None
    return state, ("ok", version, state.collections[key].versions[version] if version is not None else None)


def list_files(state, who, home_name, name, alias, answer):
    _, found = resolve(state, who, home_name, name, alias, answer)
    if found[1] is None:
        return state, ("ok", None)
    if home_role(state, seen_home(state, who, home_name), who) < VIEWER:
        raise Refuse(403)
    return state, ("ok", found[2])


def delete_version(state, who, artifact, with_aliases, answer):
    held = state.artifacts[artifact]
    if best_role_for(state, artifact, who) == NONE or held.state != LIVE:
        raise Refuse(404)
    need(PEOPLE[who].source, MEMBER)
    places = []
    for key, collection in state.collections.items():
        version = version_of(collection, artifact)
        if version is None:
            continue
        if collection.state == LIVE and carries_protected(state, key, [version]):
            raise Refuse(409)
        aliases = tuple(sorted(alias for alias, at in collection.aliases.items() if at == version))
        places.append(Place(key, version, aliases))
        if collection.home == SOURCE and aliases and not with_aliases:
            raise Refuse(409)
    for place in places:
        state = take_out(state, who, place.collection, place.version)
    return with_artifact(state, artifact, state=DELETED, places=tuple(sorted(places))), ("ok",)


def restore_version(state, who, artifact, answer):
    held = state.artifacts[artifact]
    need(PEOPLE[who].source, MEMBER)
    if held.state != DELETED:
        raise Refuse(404)
    home = next(p.collection for p in held.places if state.collections[p.collection].home == SOURCE)
    if state.collections[home].state != LIVE:
        raise Refuse(409)
    if any(state.artifacts[other].digest == held.digest for other in state.collections[home].versions.values()):
        raise Refuse(409)
    for place in held.places:
        collection = state.collections[place.collection]
        if collection.state != LIVE:
            continue   # it comes back to every place that is still there
        state = with_collection(state, place.collection, versions=collection.versions.put(place.version, artifact))
        for alias in place.aliases:
            if alias != "latest" and alias not in collection.aliases and may_move(state, collection.home, alias, who):
                state = put_alias(state, who, place.collection, place.version, alias)
        if max(state.collections[place.collection].versions) == place.version:
            state = put_latest(state, who, place.collection)
    return with_artifact(state, artifact, state=LIVE, places=()), ("ok",)


def delete_collection(state, who, collection, answer):
    is_source = collection in state.collections and state.collections[collection].home == SOURCE
    held = need_collection(state, who, collection, MEMBER, is_source)
    if is_source:
        mine = set(held.versions.values())
        for key, other in state.collections.items():
            if other.state == LIVE and carries_protected(state, key, [v for v, a in other.versions.items() if a in mine]):
                raise Refuse(409)
    elif carries_protected(state, collection, held.versions) and home_role(state, held.home, who) < ADMIN:
        raise Refuse(403)
    return with_collection(state, collection, state=DELETED), ("ok",)


def restore_collection(state, who, collection, answer):
    held = state.collections[collection]
    if held.state == LIVE or (held.home != SOURCE and state.registries[held.home].state != LIVE):
        raise Refuse(404)
    need(home_role(state, held.home, who), MEMBER)
    if held.state == GONE:
        raise Refuse(404)
    if carries_protected(state, collection, held.versions) and home_role(state, held.home, who) < ADMIN:
        raise Refuse(403)   # it would put the alias on
    if named_collection(state, held.home, held.name):
        raise Refuse(409)
    return with_collection(state, collection, state=LIVE), ("ok",)


def rename_collection(state, who, collection, name, answer):
    held = need_collection(state, who, collection, MEMBER)
    if held.name != name and named_collection(state, held.home, name):
        raise Refuse(409)
    return with_collection(state, collection, name=name), ("ok",)


def create_collection(state, who, registry_name, name, answer):
    home = seen_registry(state, who, registry_name)
    if home is None:
        raise Refuse(404)
    need(registry_role(state.registries[home], who), MEMBER)
    if named_collection(state, home, name):
        raise Refuse(409)
    key = answer[1] if answer[0] == "ok" and answer[1] not in state.collections else "a new id"
    return state._replace(collections=state.collections.put(
        key, Collection(home, name, LIVE, 0, Frozen(), Frozen()))), ("ok", key)


def rename_registry(state, who, name, new_name, answer):
    home = seen_registry(state, who, name)
    if home is None:
        raise Refuse(404)
    need(registry_role(state.registries[home], who), MEMBER)
    if is_taken(state, home, new_name):
        raise Refuse(409)
    return with_registry(state, home, name=new_name), ("ok",)


def is_taken(state, home, name):
    return any(key != home and r.name == name and r.state == LIVE for key, r in state.registries.items())


def delete_registry(state, who, registry, answer):
    need_admin(state, who, registry)
    for key, collection in state.collections.items():
        if collection.home == registry and collection.state == LIVE:
            state = with_collection(state, key, state=WITH)
    return with_registry(state, registry, state=DELETED), ("ok",)


def restore_registry(state, who, registry, answer):
    held = state.registries[registry]
    if held.state == LIVE:
        raise Refuse(404)
    need(registry_role(held, who), ADMIN)
    if held.state == GONE:
        raise Refuse(404)
    if is_taken(state, registry, held.name):
        raise Refuse(409)
    for key, collection in state.collections.items():
        if collection.home == registry and collection.state == WITH:
            state = with_collection(state, key, state=LIVE)
    return with_registry(state, registry, state=LIVE), ("ok",)


def need_admin(state, who, registry):
    if state.registries[registry].state != LIVE:
        raise Refuse(404)
    need(registry_role(state.registries[registry], who), ADMIN)
    return state.registries[registry]


def set_role(state, who, registry, member, role, answer):
    held = need_admin(state, who, registry)
    if PEOPLE[member].organization is None:
        raise Refuse(404)
    if PEOPLE[member].organization == "service" and ROLES[role] < MEMBER:
        raise Refuse(400)
    return with_registry(state, registry, members=held.members.put(member, ROLES[role])), ("ok",)


def add_member(state, who, registry, member, answer):
    held = need_admin(state, who, registry)
    if PEOPLE[member].organization is None:
        raise Refuse(404)
    if member in held.members:
        return state, ("ok",)
    role = MEMBER if PEOPLE[member].organization == "service" else RESTRICTED_VIEWER
    return with_registry(state, registry, members=held.members.put(member, role)), ("ok",)


def remove_member(state, who, registry, member, answer):
    held = need_admin(state, who, registry)
    return with_registry(state, registry, members=held.members.drop(member)), ("ok",)


def set_team_role(state, who, registry, team, role, answer):
    held = need_admin(state, who, registry)
    return with_registry(state, registry, teams=held.teams.put(team, ROLES[role])), ("ok",)


def remove_team(state, who, registry, team, answer):
    held = need_admin(state, who, registry)
    return with_registry(state, registry, teams=held.teams.drop(team)), ("ok",)


def save_registry(state, who, name, access, answer):
    """By its name, as clients save: what is not there is made, with the caller as its admin."""
    key = next((k for k, registry in state.registries.items() if registry.name == name and registry.state == LIVE), None)
    may_make = PEOPLE[who].organization in ("admin", "member", "service")
    if key is None:
        if not may_make:
            raise Refuse(403)
        if answer[0] != "ok" or answer[1] in state.registries:
            return state, ("ok", "a new id")
        made = Registry(name, LIVE, access, Frozen({who: ADMIN}), Frozen(), frozenset())
        return state._replace(registries=state.registries.put(answer[1], made)), ("ok", answer[1])
    held = state.registries[key]
    role = registry_role(held, who)
    if role == NONE:
        raise Refuse(404 if may_make else 403)
    if held.access != access:
        need(role, ADMIN)
    return with_registry(state, key, access=access), ("ok", key)


def change_tags(state, who, artifact, tags, remove, answer):
    """Of a version itself, whatever it is linked into."""
    held = state.artifacts[artifact]
    if held.state != LIVE or best_role_for(state, artifact, who) == NONE:
        raise Refuse(404)
    need(PEOPLE[who].source, MEMBER)
    return with_artifact(state, artifact, tags=held.tags - set(tags) if remove else held.tags | set(tags)), ("ok",)


def bulk_delete(state, who, home_name, name, with_aliases, answer):
    """What is asked; each version is then judged by itself, by a job (bulk_part)."""
    home = seen_home(state, who, home_name)
    if home is None:
        raise Refuse(404)
    need(home_role(state, home, who), MEMBER)
    if named_collection(state, home, name) is None:
        raise Refuse(404)
    return state, ("ok",)


def bulk_part(state, who, collection, version, artifact, with_aliases, answer):
    held = state.collections[collection]
    if held.versions.get(version) != artifact:
        return state, ("part",)   # somebody else was faster
    if held.home == SOURCE:
        try:
            return delete_version(state, who, artifact, with_aliases, answer)[0], ("part",)
        except Refuse:
            return state, ("part",)
    stays = carries_protected(state, collection, [version]) and home_role(state, held.home, who) < ADMIN
    if stays or (not with_aliases and version in held.aliases.values()):
        return state, ("part",)
    return take_out(state, who, collection, version), ("part",)


def expand(states, calls):
    """Puts the judging of each version, from the lowest number up, in the place of a job that was done."""
    state = min(states, key=repr)
    expanded = []
    for call in calls:
        expanded.append(call)
        if call.kind != "bulk_delete" or not call.answer or call.answer[0] != "ok":
            continue
        given = call.given
        homes = [SOURCE] if given["home_name"] == SOURCE else [
            key for key, r in state.registries.items() if r.name == given["home_name"] and r.state == LIVE]
        collection = named_collection(state, homes[0], given["name"])
        last = call
        for version, artifact in sorted(state.collections[collection].versions.items()):
            last = call.part("bulk_part", last, collection=collection, version=version, artifact=artifact,
                             with_aliases=given["with_aliases"])
            expanded.append(last)
    return expanded


def protect(state, who, registry, alias, answer):
    held = need_admin(state, who, registry)
    return with_registry(state, registry, protected=held.protected | {alias}), ("ok",)


def unprotect(state, who, registry, alias, answer):
    held = need_admin(state, who, registry)
    return with_registry(state, registry, protected=held.protected - {alias}), ("ok",)


CALLS = {f.__name__: f for f in (
    log, link, unlink, change_aliases, resolve, list_files, delete_version, restore_version, delete_collection,
    restore_collection, rename_collection, create_collection, rename_registry, delete_registry, restore_registry,
    set_role, add_member, remove_member, set_team_role, remove_team, save_registry, protect,
    unprotect, change_tags, bulk_delete, bulk_part)}
READS = {"resolve", "list_files"}


def step(state, call):
    """-> (state afterwards, the right answer)"""
    try:
        return CALLS[call.kind](state, call.who, **call.given, answer=call.answer or ("unknown",))
    except Refuse as refused:
        return state, (refused.status,)


def age(state):
    """So much time passes that what is deleted by now cannot be restored any more."""
    return State(
        Frozen((k, r._replace(state=GONE) if r.state == DELETED else r) for k, r in state.registries.items()),
        Frozen((k, c._replace(state=GONE) if c.state in (DELETED, WITH) else c) for k, c in state.collections.items()),
        Frozen((k, a._replace(state=GONE, places=()) if a.state == DELETED else a) for k, a in state.artifacts.items()))


# ---- orders ------------------------------------------------------------------


def explain(states, calls):
    """
    The states that a set of calls may have led to: all of every order that keeps each client's own order,
    never puts a call before one that had been answered when it was asked, and gives each call the answer
    that it got. A call without an answer may have been done or not.
    """
    after = {frozenset(): set(states)}
    found = after[frozenset()] if not calls else set()
    everything = frozenset(range(len(calls)))
    before = [frozenset(j for j, other in enumerate(calls)
                        if (other.end is not None and other.end < call.start) or other is call.after)
              for call in calls]
    for _ in range(len(calls)):
        following = {}
        for done, reached in after.items():
            for i, call in enumerate(calls):
                if i in done or not before[i] <= done:
                    continue
                to = following.setdefault(done | {i}, set())
                for state in reached:
                    new, answer = step(state, call)
                    if call.answer is None:
                        to.add(state)
                        to.add(new)
                    elif answer == call.answer:
                        to.add(new)
        after = {done: reached for done, reached in following.items() if reached}
        found = after.get(everything, set())
    return found
