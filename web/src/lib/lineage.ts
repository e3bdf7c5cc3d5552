// The lineage graph as it is shown: what several answers say together, what is folded into clusters,
// what is hidden, and what belongs to what the pointer is on. Pure; the page draws the result.
import type { LineageNodeFieldsFragment } from '../graphql/generated';

export type GraphNode = LineageNodeFieldsFragment;

export interface Graph {
  rootId: string;
  nodes: Map<string, GraphNode>;
  edges: Map<string, { from: string; to: string }>;
}

interface Answer {
  rootId: string;
  nodes: GraphNode[];
  edges: { from: string; to: string }[];
}

/** Of that many alike on one level on, they are one cluster. */
export const CLUSTER_FROM = 5;

export function emptyGraph(rootId: string): Graph {
  return { rootId, nodes: new Map(), edges: new Map() };
}

/** Adds an answer whose levels count from a node that may be anywhere in the graph. */
export function merge(graph: Graph, answer: Answer): Graph {
  const nodes = new Map(graph.nodes);
  const edges = new Map(graph.edges);
  const base = graph.nodes.get(answer.rootId)?.level ?? 0;

  for (const node of answer.nodes) {
    const known = nodes.get(node.id);
    nodes.set(node.id, {
      ...node,
      level: known?.level ?? base + node.level,
      // When either answer holds all neighbors of a side, so does the graph.
      moreUpstream: node.moreUpstream && (known?.moreUpstream ?? true),
      moreDownstream: node.moreDownstream && (known?.moreDownstream ?? true),
    });
  }
  for (const edge of answer.edges) edges.set(`${edge.from} ${edge.to}`, edge);
  return { rootId: graph.rootId, nodes, edges };
}

export interface Cluster {
  id: string;
  kind: GraphNode['kind'];
  level: number;
  members: GraphNode[];
}

export interface Drawing {
  nodes: GraphNode[];
  clusters: Cluster[];
  edges: { id: string; from: string; to: string }[];
}

/** Folds what is alike on one level, except the root, what was pulled out and what is hidden. */
export function draw(graph: Graph, extracted: ReadonlySet<string>, hidden: ReadonlySet<string>): Drawing {
  const groups = new Map<string, GraphNode[]>();
  const alone: GraphNode[] = [];

  for (const node of graph.nodes.values()) {
    if (hidden.has(node.id)) continue;
    if (node.id === graph.rootId || extracted.has(node.id)) {
      alone.push(node);
      continue;
    }
    const key = `cluster ${node.level} ${node.kind}`;
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  const clusters: Cluster[] = [];
  const drawnAs = new Map<string, string>();
  for (const [id, members] of groups) {
    if (members.length < CLUSTER_FROM) {
      alone.push(...members);
      continue;
    }
    clusters.push({ id, kind: members[0]!.kind, level: members[0]!.level, members });
    for (const member of members) drawnAs.set(member.id, id);
  }
  for (const node of alone) drawnAs.set(node.id, node.id);

  const edges = new Map<string, { id: string; from: string; to: string }>();
  for (const edge of graph.edges.values()) {
    const from = drawnAs.get(edge.from);
    const to = drawnAs.get(edge.to);
    if (!from || !to || from === to) continue;
    edges.set(`${from} ${to}`, { id: `${from} ${to}`, from, to });
  }
  return { nodes: alone, clusters, edges: [...edges.values()] };
}

/** Everything upstream and downstream of one drawn node, itself included. */
export function relatives(edges: readonly { from: string; to: string }[], id: string): Set<string> {
  const found = new Set([id]);
  const walk = (from: 'from' | 'to', to: 'from' | 'to') => {
    const next = new Map<string, string[]>();
    for (const edge of edges) next.set(edge[from], [...(next.get(edge[from]) ?? []), edge[to]]);
    const queue = [id];
    const seen = new Set(queue);
    for (let at = queue.pop(); at !== undefined; at = queue.pop())
      for (const each of next.get(at) ?? [])
        if (!seen.has(each)) {
          seen.add(each);
          found.add(each);
          queue.push(each);
        }
  };
  walk('from', 'to');
  walk('to', 'from');
  return found;
}
