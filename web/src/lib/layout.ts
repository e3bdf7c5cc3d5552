// Where nodes go: ELK's layered layout, left to right or downwards, in a worker of its own, so that the page stays
// awake while a large graph is laid out.
import ELK, { type ElkNode } from 'elkjs/lib/elk-api';
import workerUrl from 'elkjs/lib/elk-worker.min.js?url';

// Its program is long: the worker reads it while the page still asks what there is to lay out.
const elk = new ELK({ workerFactory: () => new Worker(workerUrl) });

export interface Box {
  id: string;
  width: number;
  height: number;
}

export type Places = Map<string, { x: number; y: number }>;

/** How large all of it can be drawn in a room; 1 at most. */
export function zoomThatFits(
  boxes: Box[],
  places: Places,
  room: { width: number; height: number } | null,
): number {
  if (!room || room.width === 0 || room.height === 0) return 1;
  let width = 1;
  let height = 1;
  for (const box of boxes) {
    const at = places.get(box.id);
    width = Math.max(width, (at?.x ?? 0) + box.width);
    height = Math.max(height, (at?.y ?? 0) + box.height);
  }
  return Math.min(1, room.width / width, room.height / height);
}

export async function layout(
  boxes: Box[],
  edges: { id: string; from: string; to: string }[],
  direction: 'RIGHT' | 'DOWN',
): Promise<Places> {
  const graph: ElkNode = {
    id: 'root',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': direction,
      'elk.layered.spacing.nodeNodeBetweenLayers': '46',
      'elk.spacing.nodeNode': '18',
      'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
    },
    children: boxes,
    edges: edges.map((edge) => ({ id: edge.id, sources: [edge.from], targets: [edge.to] })),
  };
  const done = await elk.layout(graph);
  return new Map((done.children ?? []).map((child) => [child.id, { x: child.x ?? 0, y: child.y ?? 0 }]));
}
