// What the lineage graph knows of one node, beside the graph.
import { Button, Drawer } from '@mantine/core';
import { Link } from '@tanstack/react-router';

import { AliasChips } from '../components/Chips';
import { Fact, Facts } from '../components/Page';
import { formatBytes, formatTime } from '../lib/format';
import { runLink, versionLink } from '../lib/links';
import type { GraphNode } from '../lib/lineage';
import { isRegistry, registryName } from '../lib/names';
import { useOrg } from '../lib/viewer';
import css from './form.module.css';
import { RunState } from './RunState';

interface Props {
  node: GraphNode | null;
  isRoot: boolean;
  close: () => void;
  hide: (node: GraphNode) => void;
}

function useLink(node: GraphNode) {
  const org = useOrg();
  if (node.kind === 'RUN')
    return runLink({
      name: node.runName ?? '',
      project: { name: node.projectName, entityName: node.entityName },
    });
  return versionLink(
    {
      org: isRegistry(node.projectName) ? (org?.name ?? node.entityName) : undefined,
      entity: node.entityName,
      project: node.projectName,
      type: node.typeName ?? '',
      collection: node.collectionName ?? '',
    },
    `v${node.versionIndex ?? 0}`,
  );
}

function Details({ node, isRoot, hide }: Omit<Props, 'node' | 'close'> & { node: GraphNode }) {
  const link = useLink(node);
  const isRun = node.kind === 'RUN';
  return (
    <div className={css.form}>
      <Facts>
        {isRun ? (
          <>
            <Fact name="Run">{node.runName}</Fact>
            <Fact name="State">
              <RunState state={node.state} />
            </Fact>
          </>
        ) : (
          <>
            <Fact name="Type">{node.typeName}</Fact>
            {node.aliases.length > 0 && (
              <Fact name="Aliases">
                <AliasChips aliases={node.aliases} locked={[]} />
              </Fact>
            )}
            {node.sizeBytes != null && <Fact name="Size">{formatBytes(node.sizeBytes)}</Fact>}
          </>
        )}
        <Fact name="Project">
          {node.entityName}/{node.projectName}
        </Fact>
        <Fact name="Created">{formatTime(node.createdAt)}</Fact>
        {node.createdBy && <Fact name="Created by">{node.createdBy}</Fact>}
        {node.links.length > 0 && (
          <Fact name="Linked in">
            {node.links
              .map((l) => `${registryName(l.projectName)}/${l.collectionName}:v${l.versionIndex}`)
              .join(', ')}
          </Fact>
        )}
      </Facts>
      <div className={css.buttons}>
        {!isRoot && (
          <Button variant="default" onClick={() => hide(node)}>
            Hide
          </Button>
        )}
        <Button component={Link} {...(link as object)} data-autofocus>
          Open
        </Button>
      </div>
    </div>
  );
}

export function LineageDrawer({ node, isRoot, close, hide }: Props) {
  return (
    <Drawer opened={node !== null} onClose={close} title={node?.name} size={400}>
      {node && <Details node={node} isRoot={isRoot} hide={hide} />}
    </Drawer>
  );
}
