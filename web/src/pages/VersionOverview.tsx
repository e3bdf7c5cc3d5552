// The Version tab: names to copy, aliases and tags to change, and where the version came from.
import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';

import { ChipEditor, namedAliases } from '../components/Chips';
import { CopyButton } from '../components/Copy';
import { EditableText } from '../components/EditableText';
import { Icon } from '../components/Icon';
import { Card, Fact, Facts, Section } from '../components/Page';
import { Age } from '../components/Time';
import { AddAliasesDocument, DeleteAliasesDocument, UpdateVersionDocument } from '../graphql/generated';
import { useChange } from '../lib/change';
import { formatBytes, formatCount, formatDuration, formatTime } from '../lib/format';
import { pathOf, placeOf, runLink, versionLink, type Place } from '../lib/links';
import { aliasProblem, registryName, tagProblem } from '../lib/names';
import type { Can } from '../lib/roles';
import type { Membership, Version, VersionData } from './VersionPage';
import css from './VersionPage.module.css';

interface Props {
  data: VersionData;
  membership: Membership;
  artifact: Version;
  place: Place;
  version: string;
  can: Can;
  link: () => void;
}

function CreatedBy({ artifact }: { artifact: Version }) {
  const by = artifact.createdBy;
  if (by?.__typename === 'Run')
    return (
      <>
        {by.user?.username && <span>{by.user.username} in</span>}
        <Link {...runLink(by)}>{by.displayName || by.name}</Link>
      </>
    );
  return <>{by?.username ?? 'unknown'}</>;
}

function ttlText(artifact: Version): string {
  if (artifact.ttlDurationSeconds <= 0) return 'Never expires';
  const inherited = artifact.ttlIsInherited ? ', inherited from the team' : '';
  return `${formatDuration(artifact.ttlDurationSeconds)} after it was made${inherited}`;
}

export function VersionOverview({ data, membership, artifact, place, version, can, link }: Props) {
  const addAliases = useChange(AddAliasesDocument, { quiet: true });
  const deleteAliases = useChange(DeleteAliasesDocument, { quiet: true });
  const update = useChange(UpdateVersionDocument, { quiet: true });
  const fullName = `${pathOf(place)}:${version}`;
  const locked = data.protectedAliases;
  const aliasInput = (alias: string) => ({
    input: {
      artifactID: artifact.id,
      aliases: [
        {
          entityName: place.entity,
          projectName: place.project,
          artifactCollectionName: place.collection,
          alias,
        },
      ],
    },
  });
  const source = artifact.artifactSequence;
  const inRegistry = membership.artifactCollection?.__typename === 'ArtifactPortfolio';
  const elsewhere = artifact.artifactMemberships.edges.flatMap(({ node }) =>
    node && node.artifactCollection?.__typename === 'ArtifactPortfolio' && node.id !== membership.id
      ? [node]
      : [],
  );

  const inTeam = data.entity.entityType === 'team' || data.entity.isTeam;

  return (
    <div className={css.columns}>
      <Card>
        {!inRegistry && (
          <div className={css.top}>
            <h2>Version overview</h2>
            <Button leftSection={<Icon name="link" />} disabled={!inTeam} onClick={link}>
              Link to registry
            </Button>
            {!inTeam && (
              <p>
                Artifacts of a personal entity cannot be linked to a registry: log them to a team of the
                organization.
              </p>
            )}
          </div>
        )}
        <Facts>
          <Fact name="Full Name">
            <span className={css.full}>{fullName}</span>
            <CopyButton text={fullName} label="Copy full name" />
          </Fact>
          <Fact name="Aliases">
            <ChipEditor
              noun="alias"
              items={namedAliases(membership.aliases)}
              locked={locked}
              canEdit={can.alias}
              canRemove={(alias) => alias !== 'latest' && (can.protectedAlias || !locked.includes(alias))}
              problem={aliasProblem}
              add={(alias) => addAliases.mutateAsync(aliasInput(alias))}
              remove={(alias) => deleteAliases.mutateAsync(aliasInput(alias))}
            />
          </Fact>
          <Fact name="Tags">
            <ChipEditor
              noun="tag"
              items={artifact.tags.map((t) => t.name)}
              canEdit={can.editVersion}
              problem={tagProblem}
              add={(tagName) =>
                update.mutateAsync({ input: { artifactID: artifact.id, tagsToAdd: [{ tagName }] } })
              }
              remove={(tagName) =>
                update.mutateAsync({ input: { artifactID: artifact.id, tagsToDelete: [{ tagName }] } })
              }
            />
          </Fact>
          <Fact name="Type">{artifact.artifactType.name}</Fact>
          <Fact name="Created by">
            <CreatedBy artifact={artifact} />
          </Fact>
          <Fact name="Created">
            <span>{formatTime(artifact.createdAt)}</span>
          </Fact>
          {inRegistry && (
            <Fact name="Linked">
              <Age at={membership.createdAt} />
            </Fact>
          )}
          <Fact name="Size">
            {formatBytes(artifact.size)} in {formatCount(artifact.fileCount)} files
          </Fact>
          <Fact name="Digest">
            <span className={css.full}>{artifact.digest}</span>
            <CopyButton text={artifact.digest} label="Copy digest" />
          </Fact>
          <Fact name="TTL">{ttlText(artifact)}</Fact>
          {inRegistry && (
            <Fact name="Source">
              {source.project ? (
                <Link
                  {...versionLink(
                    {
                      entity: source.project.entityName,
                      project: source.project.name,
                      type: artifact.artifactType.name,
                      collection: source.name,
                    },
                    `v${artifact.versionIndex ?? 0}`,
                  )}
                >
                  {source.project.entityName}/{source.project.name}/{source.name}:v{artifact.versionIndex}
                </Link>
              ) : (
                'In a project that you may not see'
              )}
            </Fact>
          )}
        </Facts>
      </Card>
      <div className={css.side}>
        <EditableText
          text={artifact.description ?? ''}
          canEdit={can.editVersion}
          save={(description) => update.mutateAsync({ input: { artifactID: artifact.id, description } })}
        />
        <Section title={inRegistry ? 'Also linked in' : 'Linked collections'}>
          {elsewhere.length === 0 ? (
            <span style={{ color: 'var(--v-dim)' }}>None</span>
          ) : (
            <ul className={css.links}>
              {elsewhere.map((node) => {
                const at = placeOf(node);
                return (
                  <li key={node.id}>
                    <Icon name="registry" size={14} />
                    {at ? (
                      <Link {...versionLink(at, `v${node.versionIndex ?? 0}`)}>
                        {registryName(at.project)} / {at.collection}:v{node.versionIndex}
                      </Link>
                    ) : (
                      'In a registry that you may not see'
                    )}
                  </li>
                );
              })}
            </ul>
          )}
        </Section>
      </div>
    </div>
  );
}
