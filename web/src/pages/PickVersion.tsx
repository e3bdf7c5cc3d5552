// Team, project, artifact, version: each list filled from the choice before. With a type, only
// artifacts of that type are offered.
import { Select } from '@mantine/core';
import { useState } from 'react';

import { useGql } from '../graphql/client';
import { PickArtifactsDocument, PickProjectsDocument, PickVersionsDocument } from '../graphql/generated';
import { namedAliases } from '../components/Chips';
import { findOrg, useViewer } from '../lib/viewer';

export interface Picked {
  id: string;
  label: string;
}

interface Props {
  org: string;
  type: string | null;
  onPick: (picked: Picked | null) => void;
}

export function PickVersion({ org, type, onPick }: Props) {
  const viewer = useViewer();
  const teams = (findOrg(viewer, org)?.teams ?? []).map((t) => t.name);
  const [team, setTeam] = useState<string | null>(teams.length === 1 ? teams[0]! : null);
  const [project, setProject] = useState<string | null>(null);
  const [artifact, setArtifact] = useState<string | null>(null);
  const [version, setVersion] = useState<string | null>(null);
  const projects = useGql(PickProjectsDocument, { entity: team ?? '' }, { enabled: team !== null });
  const filters = type ? JSON.stringify({ type }) : null;
  const artifacts = useGql(
    PickArtifactsDocument,
    { entity: team ?? '', project: project ?? '', filters },
    { enabled: project !== null },
  );
  const versions = useGql(
    PickVersionsDocument,
    { entity: team ?? '', project: project ?? '', collection: artifact ?? '' },
    { enabled: artifact !== null },
  );
  const projectNames = projects.data?.models?.edges.flatMap(({ node }) => (node ? [node.name] : [])) ?? [];
  const artifactNames =
    artifacts.data?.project?.artifactCollections?.edges.flatMap(({ node }) => (node ? [node.name] : [])) ??
    [];
  const versionEdges = (versions.data?.project?.artifactCollection?.artifacts?.edges ?? []).filter(
    ({ node }) => node.state === 'COMMITTED',
  );

  const choose = (id: string | null, label: string) => {
    setVersion(id);
    onPick(id ? { id, label } : null);
  };

  return (
    <>
      <Select
        label="Team"
        placeholder="Choose a team"
        searchable
        data={teams}
        value={team}
        nothingFoundMessage="No team of yours"
        onChange={(value) => {
          setTeam(value);
          setProject(null);
          setArtifact(null);
          choose(null, '');
        }}
      />
      <Select
        label="Project"
        placeholder={team ? 'Choose a project' : ''}
        searchable
        disabled={!team}
        data={projectNames}
        value={project}
        nothingFoundMessage={projects.isPending ? 'Loading…' : 'No project'}
        onChange={(value) => {
          setProject(value);
          setArtifact(null);
          choose(null, '');
        }}
      />
      <Select
        label="Artifact"
        placeholder={project ? 'Choose an artifact' : ''}
        searchable
        disabled={!project}
        data={artifactNames}
        value={artifact}
        nothingFoundMessage={
          artifacts.isPending ? 'Loading…' : type ? `No artifact of type ${type}` : 'No artifact'
        }
        onChange={(value) => {
          setArtifact(value);
          choose(null, '');
        }}
      />
      <Select
        label="Version"
        placeholder={artifact ? 'Choose a version' : ''}
        searchable
        disabled={!artifact}
        data={versionEdges.map((edge) => ({
          value: edge.node.id,
          label: [edge.version, ...namedAliases(edge.node.aliases)].join(' · '),
        }))}
        value={version}
        nothingFoundMessage={versions.isPending ? 'Loading…' : 'No version'}
        onChange={(value) => {
          const edge = versionEdges.find((e) => e.node.id === value);
          choose(value, `${artifact ?? ''}:${edge?.version ?? ''}`);
        }}
      />
    </>
  );
}
