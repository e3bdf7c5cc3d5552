"""Times to live as a client sets and reads them, with the default of a team."""
from test_artifacts_versions import HELP

RULE = "mutation($i: UpdateArtifactTtlRuleInput!) { updateArtifactTtlRule(input: $i) { expiringNow } }"
TTL = HELP + """
from wandb.sdk.artifacts.artifact_ttl import ArtifactTTL
p = "ttl"
def ttl(name):
    found = wandb.Api().artifact(f"{p}/{name}").ttl
    return found and found.total_seconds()
def both():
    return [ttl("inherits:v0"), ttl("own:v0")]
"""


def test_a_version_inherits_sets_and_ends_its_time_to_live(machine, server, team):
    def run(code):
        return machine.run(TTL + code, WANDB_ENTITY=team.team).result["ttl"]

    assert run("""
own = artifact("own", files={"a": b"1"})
own.ttl = datetime.timedelta(days=2)
log(p, artifact("inherits", files={"a": b"1"}), own)
result["ttl"] = both()
""") == [None, 2 * 86400]
    status, body = server.graphql(team.user, RULE, i={"entityName": team.team, "defaultSeconds": 7 * 86400})
    assert status == 200 and body["data"]["updateArtifactTtlRule"] == {"expiringNow": 0}, body
    assert run("""result["ttl"] = both()""") == [7 * 86400, 2 * 86400]
    assert run("""
for name, wanted in (("own", ArtifactTTL.INHERIT), ("inherits", None)):
    a = wandb.Api().artifact(f"{p}/{name}:v0")
    a.ttl = wanted
    a.save()
result["ttl"] = both()
""") == [None, 7 * 86400]
