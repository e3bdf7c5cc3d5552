// The Lineage tab: what a version was made from and what was made from it, left to right, on phones (and where
// it is larger then) downwards, or as a list. Runs are green, versions blue. Five or more alike on one level are a cluster; what lies further away is fetched
// when it is asked for.
import '@xyflow/react/dist/style.css';

import { Button, NumberInput, SegmentedControl, useComputedColorScheme } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import {
  Background,
  Controls,
  ReactFlow,
  ReactFlowProvider,
  useNodesState,
  useReactFlow,
  type Edge,
  type Node,
} from '@xyflow/react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';

import { Icon } from '../components/Icon';
import { LoadingRows, Problem } from '../components/states';
import { toastError } from '../components/toast';
import { gql, gqlKey, useGql } from '../graphql/client';
import { LineageDocument } from '../graphql/generated';
import { layout, zoomThatFits, type Box, type Places } from '../lib/layout';
import { draw, emptyGraph, merge, relatives, type Cluster, type GraphNode } from '../lib/lineage';
import { ClusterCard, NodeCard, sizeOf, type NodeData } from './LineageNodes';
import { LineageDrawer } from './LineageDrawer';
import { LineageList } from './LineageList';
import css from './LineageTab.module.css';

const FIRST = 500;
const DEPTH = 3;
const MORE = 60;
/** Below this zoom names cannot be read. */
const READABLE = 0.5;
/** From this zoom on names are read with ease. */
const EASY = 0.8;
/** Larger ones are laid out once only. */
const BOTH_WAYS = 80;
/** What is around the root when that is too small for all. */
const CLOSE = 0.8;
const NARROW = '(max-width: 700px)';
/** On phones two fingers make it larger at once. */
const READABLE_NARROW = 0.4;
const types = { version: NodeCard, run: NodeCard, cluster: ClusterCard };

/** All of it when that can be read, else the part around the root. */
function show(flow: ReturnType<typeof useReactFlow>, root: string, readable: number): void {
  void flow.fitView({ padding: 0.08, maxZoom: 1 }).then(() => {
    if (flow.getZoom() >= readable) return undefined;
    return flow.fitView({ nodes: [{ id: root }], minZoom: CLOSE, maxZoom: CLOSE });
  });
}

/** From left to right; a long chain downwards, if it is larger then. */
async function arrange(
  boxes: Box[],
  edges: Parameters<typeof layout>[1],
  room: { width: number; height: number } | null,
): Promise<{ places: Places; down: boolean }> {
  const right = await layout(boxes, edges, 'RIGHT');
  const zoom = zoomThatFits(boxes, right, room);
  if (zoom < EASY && boxes.length <= BOTH_WAYS) {
    const places = await layout(boxes, edges, 'DOWN');
    const downwards = zoomThatFits(boxes, places, room);
    if (downwards > zoom && downwards >= READABLE) return { places, down: true };
  }
  return { places: right, down: false };
}

function Graph({ id }: { id: string }) {
  const narrow = useMediaQuery(NARROW, false, { getInitialValueInEffect: false });
  const canvas = useRef<HTMLDivElement>(null);
  /** What is unfolded stays where it was. */
  const way = useRef<boolean | null>(null);
  const [form, setForm] = useState<'graph' | 'list'>('graph');
  const [depth, setDepth] = useState(DEPTH);
  const answer = useGql(LineageDocument, { id, depth, direction: 'BOTH', first: FIRST });
  const client = useQueryClient();
  const flow = useReactFlow();
  const scheme = useComputedColorScheme();
  const [more, setMore] = useState<ReturnType<typeof emptyGraph>[]>([]);
  const [extracted, setExtracted] = useState<ReadonlySet<string>>(new Set());
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [selected, setSelected] = useState<GraphNode | null>(null);
  const [hovered, setHovered] = useState<string | null>(null);
  const [nodes, setNodes, onNodesChange] = useNodesState<Node<NodeData>>([]);

  const graph = useMemo(() => {
    let all = emptyGraph(id);
    if (answer.data?.lineage) all = merge(all, answer.data.lineage);
    for (const each of more)
      all = merge(all, {
        rootId: each.rootId,
        nodes: [...each.nodes.values()],
        edges: [...each.edges.values()],
      });
    return all;
  }, [id, answer.data, more]);
  const drawing = useMemo(() => draw(graph, extracted, hidden), [graph, extracted, hidden]);

  const expand = useCallback(
    (node: GraphNode, direction: 'UPSTREAM' | 'DOWNSTREAM') => {
      const variables = { id: node.id, depth: 1, direction, first: MORE };
      client
        .fetchQuery({
          queryKey: gqlKey(LineageDocument, variables),
          queryFn: () => gql(LineageDocument, variables),
        })
        .then(({ lineage }) => {
          if (lineage) setMore((list) => [...list, merge(emptyGraph(node.id), lineage)]);
        }, toastError);
    },
    [client],
  );
  const extract = useCallback(
    (taken: GraphNode[]) => setExtracted((set) => new Set([...set, ...taken.map((node) => node.id)])),
    [],
  );

  useEffect(() => {
    let stale = false;
    const boxes = [
      ...drawing.nodes.map((node) => ({ id: node.id, ...sizeOf(false) })),
      ...drawing.clusters.map((cluster) => ({ id: cluster.id, ...sizeOf(true) })),
    ];
    const room = canvas.current && {
      width: canvas.current.clientWidth,
      height: canvas.current.clientHeight,
    };
    if (more.length === 0 && extracted.size === 0 && hidden.size === 0) way.current = null;
    const fixed = narrow ? true : way.current;
    const arranged =
      fixed === null
        ? arrange(boxes, drawing.edges, room)
        : layout(boxes, drawing.edges, fixed ? 'DOWN' : 'RIGHT').then((places) => ({ places, down: fixed }));
    arranged.then(({ places, down }) => {
      if (stale) return;
      if (!narrow && boxes.length > 0) way.current = down;
      const at = (key: string) => places.get(key) ?? { x: 0, y: 0 };
      setNodes([
        ...drawing.nodes.map((node) => ({
          id: node.id,
          type: node.kind === 'RUN' ? 'run' : 'version',
          position: at(node.id),
          data: { node, isRoot: node.id === id, expand, down },
          ariaLabel: `${node.kind === 'RUN' ? 'Run' : (node.typeName ?? 'Version')} ${node.name}`,
        })),
        ...drawing.clusters.map((cluster: Cluster) => ({
          id: cluster.id,
          type: 'cluster',
          position: at(cluster.id),
          data: { cluster, extract, select: setSelected, down },
        })),
      ]);
      requestAnimationFrame(() => show(flow, id, narrow ? READABLE_NARROW : READABLE));
    }, toastError);
    return () => {
      stale = true;
    };
  }, [drawing, id, expand, extract, flow, setNodes, narrow, form, more, extracted, hidden]);

  const near = useMemo(
    () => (hovered === null ? null : relatives(drawing.edges, hovered)),
    [drawing.edges, hovered],
  );
  const shownNodes = useMemo(
    () =>
      nodes.map((node) => ({
        ...node,
        className: near && !near.has(node.id) ? css.faint : undefined,
        style: sizeOf(node.type === 'cluster'),
      })),
    [nodes, near],
  );
  const edges = useMemo<Edge[]>(
    () =>
      drawing.edges.map((edge) => ({
        id: edge.id,
        source: edge.from,
        target: edge.to,
        focusable: false,
        className: near && !(near.has(edge.from) && near.has(edge.to)) ? css.faint : undefined,
        markerEnd: { type: 'arrowclosed' as never, width: 16, height: 16 },
      })),
    [drawing.edges, near],
  );

  if (answer.isError) return <Problem error={answer.error} retry={() => void answer.refetch()} />;
  if (answer.isPending) return <LoadingRows rows={3} height={90} />;
  return (
    <>
      <div className={css.bar}>
        <SegmentedControl
          size="xs"
          aria-label="Show as"
          data={[
            { value: 'graph', label: 'Graph' },
            { value: 'list', label: 'List' },
          ]}
          value={form}
          onChange={(value) => setForm(value as typeof form)}
        />
        <NumberInput
          className={css.depth}
          label="Depth"
          size="xs"
          min={1}
          max={20}
          value={depth}
          onChange={(value) => typeof value === 'number' && value >= 1 && setDepth(value)}
        />
        <span className={css.legend}>
          <span data-kind="version">Version</span>
          <span data-kind="run">Run</span>
        </span>
        {answer.data.lineage?.truncated && (
          <span className={css.note}>Not everything is shown: go on with the arrows at a node.</span>
        )}
        {(hidden.size > 0 || extracted.size > 0 || more.length > 0) && (
          <Button
            size="xs"
            variant="default"
            leftSection={<Icon name="refresh" size={14} />}
            onClick={() => {
              setHidden(new Set());
              setExtracted(new Set());
              setMore([]);
            }}
          >
            Reset
          </Button>
        )}
      </div>
      {form === 'list' ? (
        <LineageList graph={graph} select={setSelected} expand={expand} />
      ) : (
        <div
          ref={canvas}
          className={css.canvas}
          role="group"
          aria-label="Lineage graph"
          aria-busy={nodes.length === 0 || undefined}
        >
          <ReactFlow
            nodes={shownNodes}
            edges={edges}
            nodeTypes={types}
            onNodesChange={onNodesChange}
            onNodeClick={(_, node) => node.data.node && setSelected(node.data.node)}
            onSelectionChange={({ nodes: chosen }) => {
              const node = chosen.length === 1 ? chosen[0]!.data.node : undefined;
              if (node) setSelected(node as GraphNode);
            }}
            onNodeMouseEnter={(_, node) => setHovered(node.id)}
            onNodeMouseLeave={() => setHovered(null)}
            nodesConnectable={false}
            nodesDraggable={!narrow}
            deleteKeyCode={null}
            minZoom={0.05}
            maxZoom={2}
            onlyRenderVisibleElements
            colorMode={scheme}
            proOptions={{ hideAttribution: true }}
            fitView
          >
            <Background gap={20} size={1} />
            <Controls showInteractive={false} />
          </ReactFlow>
        </div>
      )}
      <LineageDrawer
        node={selected}
        close={() => setSelected(null)}
        hide={(node) => {
          setHidden((set) => new Set(set).add(node.id));
          setSelected(null);
        }}
        isRoot={selected?.id === id}
      />
    </>
  );
}

export default function LineageTab({ id }: { id: string }) {
  return (
    <ReactFlowProvider>
      <Graph key={id} id={id} />
    </ReactFlowProvider>
  );
}
