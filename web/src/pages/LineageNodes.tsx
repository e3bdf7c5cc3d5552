// The boxes of the lineage graph: a version or run, and a cluster of many.
import { ActionIcon, Button, Popover, TextInput } from '@mantine/core';
import { Handle, Position, type NodeProps, type Node } from '@xyflow/react';
import { memo, useState } from 'react';

import { Icon } from '../components/Icon';
import { plural } from '../lib/format';
import type { Cluster, GraphNode } from '../lib/lineage';
import css from './LineageTab.module.css';

export interface NodeData extends Record<string, unknown> {
  node?: GraphNode;
  isRoot?: boolean;
  /** Drawn downwards. */
  down?: boolean;
  expand?: (node: GraphNode, direction: 'UPSTREAM' | 'DOWNSTREAM') => void;
  cluster?: Cluster;
  extract?: (nodes: GraphNode[]) => void;
  select?: (node: GraphNode) => void;
}

type Props = NodeProps<Node<NodeData>>;

const SHOWN = 50;
/** More boxes at once than this help nobody. */
const OUT_MAX = 500;

export function sizeOf(cluster: boolean): { width: number; height: number } {
  return cluster ? { width: 200, height: 56 } : { width: 212, height: 56 };
}

/** Where lines begin and end. */
function End({ side, down }: { side: 'before' | 'after'; down: boolean }) {
  const position =
    side === 'before' ? (down ? Position.Top : Position.Left) : down ? Position.Bottom : Position.Right;
  return (
    <Handle
      type={side === 'before' ? 'target' : 'source'}
      position={position}
      className={css.handle}
      isConnectable={false}
    />
  );
}

export const NodeCard = memo(function NodeCard({ data }: Props) {
  const { node, isRoot, expand, down = false } = data;
  if (!node) return null;
  const isRun = node.kind === 'RUN';
  return (
    <div
      className={css.node}
      data-kind={isRun ? 'run' : 'version'}
      data-root={isRoot || undefined}
      data-down={down || undefined}
    >
      <End side="before" down={down} />
      {node.moreUpstream && (
        <button
          type="button"
          className={`${css.more} ${css.before} nodrag`}
          aria-label={`More upstream of ${node.name}`}
          onClick={(event) => {
            event.stopPropagation();
            expand?.(node, 'UPSTREAM');
          }}
        >
          <Icon name={down ? 'up' : 'left'} size={11} />
        </button>
      )}
      <Icon name={isRun ? 'run' : 'artifacts'} size={17} />
      <div className={css.words}>
        <span className={css.kind}>{isRun ? (node.typeName ?? 'run') : node.typeName}</span>
        <span className={css.name} title={node.name}>
          {node.name}
        </span>
      </div>
      {node.hasHidden && (
        <span title="Has neighbors that you may not see" className={css.hidden}>
          <Icon name="lock" size={12} />
        </span>
      )}
      {node.moreDownstream && (
        <button
          type="button"
          className={`${css.more} ${css.after} nodrag`}
          aria-label={`More downstream of ${node.name}`}
          onClick={(event) => {
            event.stopPropagation();
            expand?.(node, 'DOWNSTREAM');
          }}
        >
          <Icon name={down ? 'down' : 'right'} size={11} />
        </button>
      )}
      <End side="after" down={down} />
    </div>
  );
});

export const ClusterCard = memo(function ClusterCard({ data }: Props) {
  const { cluster, extract, select, down = false } = data;
  const [text, setText] = useState('');
  if (!cluster) return null;
  const isRun = cluster.kind === 'RUN';
  const wanted = text.trim().toLowerCase();
  const found = cluster.members.filter((m) => m.name.toLowerCase().includes(wanted));
  const title = plural(cluster.members.length, isRun ? 'run' : 'version');
  return (
    <Popover width={300} position="bottom" withinPortal shadow="md" trapFocus>
      <Popover.Target>
        <button type="button" className={css.cluster} data-kind={isRun ? 'run' : 'version'}>
          <End side="before" down={down} />
          <Icon name={isRun ? 'run' : 'artifacts'} size={17} />
          {title}
          <Icon name="down" size={13} />
          <End side="after" down={down} />
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <TextInput
          size="xs"
          aria-label={`Search in ${title}`}
          placeholder={`Search in ${title}`}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <ul className={css.members}>
          {found.slice(0, SHOWN).map((member) => (
            <li key={member.id}>
              <button type="button" className={css.member} onClick={() => select?.(member)}>
                {member.name}
              </button>
              <ActionIcon
                size="sm"
                aria-label={`Take ${member.name} out`}
                onClick={() => extract?.([member])}
              >
                <Icon name="external" size={13} />
              </ActionIcon>
            </li>
          ))}
          {found.length > SHOWN && <li>and {found.length - SHOWN} more</li>}
          {found.length === 0 && <li>Nothing is called that.</li>}
        </ul>
        {found.length > 0 && found.length <= OUT_MAX && (
          <Button size="compact-xs" variant="default" mt={8} onClick={() => extract?.(found)}>
            Take {found.length === 1 ? 'it' : `all ${found.length}`} out
          </Button>
        )}
      </Popover.Dropdown>
    </Popover>
  );
});
