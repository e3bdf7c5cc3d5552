import { describe, expect, it } from 'vitest';

import { CLUSTER_FROM, draw, emptyGraph, merge, relatives, type GraphNode } from './lineage';

function node(id: string, level: number, more: Partial<GraphNode> = {}): GraphNode {
  return {
    id,
    kind: 'ARTIFACT',
    level,
    name: id,
    entityName: 'e',
    projectName: 'p',
    aliases: [],
    state: 'COMMITTED',
    createdAt: '2026-01-01T00:00:00Z',
    moreUpstream: false,
    moreDownstream: false,
    hasHidden: false,
    links: [],
    ...more,
  };
}

describe('merge', () => {
  it('counts levels of a later answer from where its root is', () => {
    const first = merge(emptyGraph('a'), {
      rootId: 'a',
      nodes: [node('a', 0), node('b', 1, { moreDownstream: true })],
      edges: [{ from: 'a', to: 'b' }],
    });
    const both = merge(first, {
      rootId: 'b',
      nodes: [node('b', 0, { moreUpstream: true }), node('c', 1)],
      edges: [{ from: 'b', to: 'c' }],
    });
    expect([...both.nodes.values()].map((n) => [n.id, n.level])).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 2],
    ]);
    expect(both.edges.size).toBe(2);
  });
  it('believes the answer that holds all neighbors of a side', () => {
    const first = merge(emptyGraph('a'), {
      rootId: 'a',
      nodes: [node('a', 0, { moreUpstream: true })],
      edges: [],
    });
    const both = merge(first, { rootId: 'a', nodes: [node('a', 0, { moreDownstream: true })], edges: [] });
    expect(both.nodes.get('a')).toMatchObject({ moreUpstream: false, moreDownstream: false });
  });
});

describe('draw', () => {
  const many = Array.from({ length: CLUSTER_FROM }, (_, i) => node(`n${i}`, 1));
  const graph = merge(emptyGraph('root'), {
    rootId: 'root',
    nodes: [node('root', 0), ...many, node('after', 2)],
    edges: many.flatMap((n) => [
      { from: 'root', to: n.id },
      { from: n.id, to: 'after' },
    ]),
  });

  it('folds five alike into one, and their edges', () => {
    const drawn = draw(graph, new Set(), new Set());
    expect(drawn.clusters).toHaveLength(1);
    expect(drawn.clusters[0]!.members).toHaveLength(CLUSTER_FROM);
    expect(drawn.edges).toHaveLength(2);
  });
  it('leaves four as they are', () => {
    const drawn = draw(graph, new Set(), new Set(['n0']));
    expect(drawn.clusters).toHaveLength(0);
    expect(drawn.edges).toHaveLength(8);
  });
  it('draws what was pulled out by itself', () => {
    const drawn = draw(graph, new Set(['n1']), new Set());
    expect(drawn.clusters).toHaveLength(0);
    expect(drawn.nodes.map((n) => n.id)).toContain('n1');
  });
  it('never folds the root', () => {
    const flat = merge(emptyGraph('n0'), {
      rootId: 'n0',
      nodes: many.map((n) => ({ ...n, level: 0 })),
      edges: [],
    });
    expect(draw(flat, new Set(), new Set()).nodes.map((n) => n.id)).toContain('n0');
  });
});

describe('relatives', () => {
  it('goes up and down, not sideways', () => {
    const edges = [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'c' },
      { from: 'a', to: 'x' },
      { from: 'y', to: 'c' },
    ];
    expect([...relatives(edges, 'b')].sort()).toEqual(['a', 'b', 'c']);
  });
  it('ends in a circle', () => {
    const edges = [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'a' },
    ];
    expect([...relatives(edges, 'a')].sort()).toEqual(['a', 'b']);
  });
});
