"""The client's side of the wire, written by hand: for tests and benchmarks that need to stop,
repeat and count single requests, which the real client does not let them.

Standard library only. A Wire belongs to one thread and keeps its connections open.
"""
import base64
import hashlib
import http.client
import json
import socket
import urllib.parse

MANIFEST_NAME = "wandb_manifest.json"

CREATE = """mutation CreateArtifact($input: CreateArtifactInput!) { createArtifact(input: $input) {
  artifact { id state versionIndex artifactSequence { name latestArtifact { id versionIndex } } } } }"""
CREATE_MANIFEST = """mutation CreateArtifactManifest($input: CreateArtifactManifestInput!) {
  createArtifactManifest(input: $input) { artifactManifest { id file { id uploadUrl uploadHeaders } } } }"""
CREATE_FILES = """mutation CreateArtifactFiles($input: CreateArtifactFilesInput!) { createArtifactFiles(input: $input) {
  files { edges { node { storagePath uploadUrl uploadHeaders
    uploadMultipartUrls { uploadID uploadUrlParts { partNumber uploadUrl } } artifact { id } } } } } }"""
COMPLETE = """mutation CompleteMultipartUploadArtifact($input: CompleteMultipartUploadArtifactInput!) {
  completeMultipartUploadArtifact(input: $input) { digest } }"""
COMMIT = """mutation CommitArtifact($input: CommitArtifactInput!) { commitArtifact(input: $input) {
  artifact { id digest state versionIndex } } }"""
LINK = """mutation LinkArtifact($input: LinkArtifactInput!) { linkArtifact(input: $input) { versionIndex } }"""
ADD_ALIASES = "mutation AddAliases($input: AddAliasesInput!) { addAliases(input: $input) { success } }"
DELETE = """mutation DeleteArtifact($input: DeleteArtifactInput!) { deleteArtifact(input: $input) {
  artifact { id } } }"""
FILES = """query Files($entity: String!, $project: String!, $collection: String!, $alias: String!, $cursor: String,
    $perPage: Int) { project(name: $project, entityName: $entity) { artifactCollection(name: $collection) {
  artifactMembership(aliasName: $alias) { versionIndex artifact { id state digest fileCount size }
    files(after: $cursor, first: $perPage) { pageInfo { endCursor hasNextPage }
      edges { node { name directUrl sizeBytes md5 digest } } } } } } }"""
VERSIONS = """query Versions($entity: String!, $project: String!, $collection: String!, $cursor: String) {
  project(name: $project, entityName: $entity) { artifactCollection(name: $collection) {
    aliases { edges { node { alias } } }
    artifacts(first: 1000, after: $cursor) { pageInfo { endCursor hasNextPage }
      edges { version node { id state digest versionIndex } } } } } }"""


class Interrupted(Exception):
    """The connection broke before the answer was whole: it may have been done or not."""


class Refused(Exception):
    """The server answered that it will not."""

    def __init__(self, status, body):
        super().__init__(f"{status}: {body[:500]}")
        self.status, self.body = status, body

    @property
    def message(self):
        return message_of(self.body)


def refused(w, query, **variables):
    """What the server says to a request that it must refuse."""
    try:
        w.graphql(query, **variables)
    except Refused as refusal:
        return str(refusal)
    raise AssertionError("it was not refused")


def message_of(body):
    """What an error says: GraphQL's first one, or that of another address."""
    answer = json.loads(body)
    return answer["errors"][0]["message"] if "errors" in answer else answer["error"]


def md5_base64(data):
    return base64.b64encode(hashlib.md5(data).digest()).decode()


def basic(key):
    return "Basic " + base64.b64encode(f"api:{key}".encode()).decode()


def manifest_of(files):
    """The manifest's JSON and the artifact's digest, for {path: (base64 MD5, size)}."""
    digest = hashlib.md5(b"wandb-artifact-manifest-v1\n")
    contents = {}
    for path in sorted(files):
        md5, size = files[path]
        digest.update(f"{path}:{md5}\n".encode())
        contents[path] = {"digest": md5, "size": size}
    manifest = {"version": 1, "storagePolicy": "wandb-storage-policy-v1",
                "storagePolicyConfig": {"storageLayout": "V2"}, "contents": contents}
    return json.dumps(manifest).encode(), digest.hexdigest()


class Wire:
    def __init__(self, url, key, timeout=60):
        self.host = urllib.parse.urlsplit(url).netloc
        self.timeout = timeout
        self.headers = {"Content-Type": "application/json", "Authorization": basic(key)}
        self.connection = None

    def close(self):
        if self.connection:
            self.connection.close()
            self.connection = None

    def request(self, method, url, body=None, headers=None):
        """-> (status, body, headers); Interrupted when the connection broke."""
        parts = urllib.parse.urlsplit(url)
        target = urllib.parse.urlunsplit(("", "", parts.path, parts.query, ""))
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.host, timeout=self.timeout)
                self.connection.connect()
                self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connection.request(method, target, body, headers or {})
            response = self.connection.getresponse()
            answer = response.status, response.read(), response.headers
            if response.will_close:
                self.close()
            return answer
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Interrupted(f"{method} {parts.path[:40]}: {error!r}") from error

    def graphql(self, query, **variables):
        """-> data; Refused when there are errors."""
        status, body, _ = self.request("POST", "/graphql", json.dumps({"query": query, "variables": variables}),
                                       self.headers)
        answer = json.loads(body) if body[:1] == b"{" else {}
        if status != 200 or "errors" in answer:
            raise Refused(status, body.decode(errors="replace"))
        return answer["data"]

    def put(self, url, data, headers=None):
        """-> ETag"""
        status, body, answered = self.request("PUT", url, data, headers)
        if status != 200:
            raise Refused(status, body.decode(errors="replace"))
        return answered.get("ETag")

    def get(self, url, headers=None, want=200):
        status, body, _ = self.request("GET", url, None, headers)
        if status != want:
            raise Refused(status, body.decode(errors="replace"))
        return body

    # ---- the steps of logging an artifact, one request each ----

    def create_artifact(self, entity, project, collection, digest, client_id, type_name="model", aliases=("latest",)):
        return self.graphql(CREATE, input={
            "entityName": entity, "projectName": project, "artifactTypeName": type_name,
            "artifactCollectionName": collection, "digest": digest, "digestAlgorithm": "MANIFEST_MD5",
            "aliases": [{"artifactCollectionName": collection, "alias": alias} for alias in aliases],
            "enableDigestDeduplication": True, "clientID": client_id})["createArtifact"]["artifact"]

    def create_manifest(self, entity, project, artifact_id, digest=""):
        """-> (manifest id, upload URL)"""
        made = self.graphql(CREATE_MANIFEST, input={
            "artifactID": artifact_id, "name": MANIFEST_NAME, "digest": digest, "entityName": entity,
            "projectName": project, "runName": "none", "type": "FULL"})["createArtifactManifest"]["artifactManifest"]
        return made["id"], made["file"]["uploadUrl"]

    def create_files(self, artifact_id, manifest_id, files, parts=None):
        """files: {path: base64 MD5}; parts: {path: [hex MD5 of each part]}. -> nodes in the order of files"""
        specs = []
        for path, md5 in files.items():
            spec = {"artifactID": artifact_id, "artifactManifestID": manifest_id, "name": path, "md5": md5}
            if parts and path in parts:
                spec["uploadPartsInput"] = [{"partNumber": number, "hexMD5": hex_md5}
                                            for number, hex_md5 in enumerate(parts[path], 1)]
            specs.append(spec)
        made = self.graphql(CREATE_FILES, input={"artifactFiles": specs, "storageLayout": "V2"})
        return [edge["node"] for edge in made["createArtifactFiles"]["files"]["edges"]]

    def complete(self, node, etags):
        return self.graphql(COMPLETE, input={
            "completeMultipartAction": "Complete", "artifactID": node["artifact"]["id"],
            "completedParts": [{"partNumber": number, "hexMD5": etag} for number, etag in enumerate(etags, 1)],
            "storagePath": node["storagePath"], "uploadID": node["uploadMultipartUrls"]["uploadID"]})

    def commit(self, artifact_id):
        return self.graphql(COMMIT, input={"artifactID": artifact_id})["commitArtifact"]["artifact"]

    def log(self, entity, project, collection, files, client_id, **named):
        """All steps, for {path: bytes}. -> the committed artifact"""
        described = {path: (md5_base64(data), len(data)) for path, data in files.items()}
        manifest, digest = manifest_of(described)
        artifact = self.create_artifact(entity, project, collection, digest, client_id, **named)
        if artifact["state"] == "COMMITTED":
            return artifact
        manifest_id, _ = self.create_manifest(entity, project, artifact["id"])
        nodes = self.create_files(artifact["id"], manifest_id, {path: md5 for path, (md5, _) in described.items()})
        for data, node in zip(files.values(), nodes):
            if node["uploadUrl"]:
                self.put(node["uploadUrl"], data)
        _, url = self.create_manifest(entity, project, artifact["id"], md5_base64(manifest))
        self.put(url, manifest)
        return self.commit(artifact["id"])

    # ---- looking ----

    def version(self, entity, project, collection, alias, per_page=5000):
        """-> (membership without files, [file nodes]); (None, []) when there is no such version."""
        nodes, cursor, membership = [], None, None
        while True:
            data = self.graphql(FILES, entity=entity, project=project, collection=collection, alias=alias,
                                cursor=cursor, perPage=per_page)
            membership = ((data["project"] or {}).get("artifactCollection") or {}).get("artifactMembership")
            if membership is None:
                return None, []
            page = membership.pop("files")
            nodes += [edge["node"] for edge in page["edges"]]
            if not page["pageInfo"]["hasNextPage"]:
                return membership, nodes
            cursor = page["pageInfo"]["endCursor"]

    def versions(self, entity, project, collection):
        """-> ([(version in the collection, artifact)], [aliases]); ([], []) when there is no such collection."""
        found, cursor = [], None
        while True:
            data = self.graphql(VERSIONS, entity=entity, project=project, collection=collection, cursor=cursor)
            held = (data["project"] or {}).get("artifactCollection")
            if held is None:
                return [], []
            page = held["artifacts"]
            found += [(int(edge["version"].lstrip("v")), edge["node"]) for edge in page["edges"]]
            if not page["pageInfo"]["hasNextPage"]:
                return found, [edge["node"]["alias"] for edge in held["aliases"]["edges"]]
            cursor = page["pageInfo"]["endCursor"]
