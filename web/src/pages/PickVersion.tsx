// Team, project, artifact, version: each list filled from the choice before. With a type, only
// artifacts of that type are offered.
import { Select } from '@mantine/core';
import { useState } from 'react';

import { namedAliases } from '../components/Chips';
import { FindSelect, useFind } from '../components/FindSelect';
import { useGql } from '../graphql/client';
import { PickArtifactsDocument, PickProjectsDocument, PickVersionsDocument } from '../graphql/generated';
import { collectionFilter, versionFilter } from '../lib/picking';
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
  const findArtifact = useFind();
  const findVersion = useFind();
  const projects = useGql(PickProjectsDocument, { entity: team ?? '' }, { enabled: team !== null });
  const artifacts = useGql(
    PickArtifactsDocument,
    { entity: team ?? '', project: project ?? '', filters: collectionFilter(type, findArtifact.text) },
    { enabled: project !== null },
  );
  const versions = useGql(
    PickVersionsDocument,
    {
      entity: team ?? '',
      project: project ?? '',
      collection: artifact ?? '',
      filters: versionFilter(findVersion.text),
    },
    { enabled: artifact !== null },
  );
  const projectNames = projects.data?.models?.edges.flatMap(({ node }) => (node ? [node.name] : [])) ?? [];
  const artifactNames =
    artifacts.data?.project?.artifactCollections?.edges.flatMap(({ node }) => (node ? [node.name] : [])) ??
    [];
  const home = versions.data?.project?.artifactCollection;
  const edges = (home?.artifacts?.edges ?? []).filter(({ node }) => node.state === 'COMMITTED');
  const loading = (query: { isFetching: boolean; error: Error | null }, nothing: string) =>
    query.isFetching ? 'Loading…' : (query.error?.message ?? nothing);

  const choose = (id: string | null, label: string) => {
    setVersion(id);
    onPick(id ? { id, label } : null);
  };
  const chooseArtifact = (name: string | null) => {
    setArtifact(name);
    choose(null, '');
  };
  const chooseProject = (name: string | null) => {
    setProject(name);
    chooseArtifact(null);
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
          chooseProject(null);
        }}
      />
      <Select
        label="Project"
        placeholder={team ? 'Choose a project' : ''}
        searchable
        disabled={!team}
        data={projectNames}
        value={project}
        nothingFoundMessage={loading(projects, 'No project')}
        onChange={chooseProject}
      />
      <FindSelect
        label="Artifact"
        placeholder={project ? 'Choose an artifact' : ''}
        disabled={!project}
        found={artifactNames.map((name) => ({ value: name, label: name }))}
        find={findArtifact}
        value={artifact}
        nothing={loading(artifacts, type ? `No artifact of type ${type}` : 'No artifact')}
        onChange={chooseArtifact}
      />
      <FindSelect
        label="Version"
        placeholder={artifact ? 'Choose a version' : ''}
        disabled={!artifact}
        found={edges.map((edge) => ({
          value: edge.node.id,
          label: [
            edge.version,
            ...namedAliases(edge.node.aliases?.filter((a) => a.artifactCollection?.id === home?.id)),
          ].join(' · '),
        }))}
        find={findVersion}
        value={version}
        nothing={loading(versions, 'No version')}
        onChange={(id, label) => choose(id, `${artifact ?? ''}:${label.split(' ')[0] ?? ''}`)}
      />
    </>
  );
}
