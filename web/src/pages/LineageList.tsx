// The lineage as two lists, nearest first: for phones, and for whoever would rather read than look.
import { Button } from '@mantine/core';

import { Icon } from '../components/Icon';
import { Section } from '../components/Page';
import { plural } from '../lib/format';
import { useGradually } from '../lib/gradually';
import type { Graph, GraphNode } from '../lib/lineage';
import css from './LineageList.module.css';

type Direction = 'UPSTREAM' | 'DOWNSTREAM';

interface Props {
  graph: Graph;
  select: (node: GraphNode) => void;
  expand: (node: GraphNode, direction: Direction) => void;
}

function Side({ title, nodes, direction, select, expand }: Omit<Props, 'graph'> & SideProps) {
  const shown = useGradually(nodes);
  return (
    <Section title={title} beside={<span className={css.count}>{nodes.length}</span>}>
      {nodes.length === 0 ? (
        <p className={css.none}>Nothing that is known.</p>
      ) : (
        <ul className={css.list} aria-label={title}>
          {shown.map((node) => {
            const isRun = node.kind === 'RUN';
            const steps = Math.abs(node.level);
            return (
              <li key={node.id} className={css.line} data-kind={isRun ? 'run' : 'version'}>
                <button type="button" className={css.node} onClick={() => select(node)}>
                  <Icon name={isRun ? 'run' : 'artifacts'} size={16} />
                  <span className={css.words}>
                    <span className={css.name}>{node.name}</span>
                    <span className={css.kind}>
                      {isRun ? 'Run' : (node.typeName ?? 'Version')} · {plural(steps, 'step')} away
                    </span>
                  </span>
                </button>
                {(direction === 'UPSTREAM' ? node.moreUpstream : node.moreDownstream) && (
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={`More ${direction.toLowerCase()} of ${node.name}`}
                    onClick={() => expand(node, direction)}
                  >
                    More
                  </Button>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </Section>
  );
}

interface SideProps {
  title: string;
  nodes: GraphNode[];
  direction: Direction;
}

export function LineageList({ graph, select, expand }: Props) {
  const all = [...graph.nodes.values()].filter((node) => node.id !== graph.rootId);
  const near = (a: GraphNode, b: GraphNode) =>
    Math.abs(a.level) - Math.abs(b.level) || a.name.localeCompare(b.name, 'en', { numeric: true });
  const common = { select, expand };
  return (
    <>
      <Side
        {...common}
        title="What it comes from"
        direction="UPSTREAM"
        nodes={all.filter((node) => node.level <= 0).sort(near)}
      />
      <Side
        {...common}
        title="What came of it"
        direction="DOWNSTREAM"
        nodes={all.filter((node) => node.level > 0).sort(near)}
      />
    </>
  );
}
