// The newest versions of a collection, unfolded below its line in a list.
import { Link } from '@tanstack/react-router';

import { AliasChips, namedAliases } from '../components/Chips';
import { Code } from '../components/Copy';
import { Problem } from '../components/states';
import { useGql } from '../graphql/client';
import { PickVersionsDocument } from '../graphql/generated';
import { collectionLink, versionLink, type Place } from '../lib/links';
import { linkSnippet, logSnippet, pathOfTarget } from '../lib/snippets';
import css from './NewestVersions.module.css';

const SHOWN = 8;

export function NewestVersions({ place, locked }: { place: Place; locked: readonly string[] }) {
  const { org, entity, project, collection, type } = place;
  const list = useGql(PickVersionsDocument, { entity, project, collection, first: SHOWN + 1 });
  if (list.isError) return <Problem error={list.error} retry={() => void list.refetch()} />;
  if (list.isPending) return <p className={css.none}>Loading…</p>;
  const home = list.data.project?.artifactCollection;
  const edges = home?.artifacts?.edges ?? [];
  if (edges.length === 0)
    return (
      <div className={css.none}>
        <p>No versions yet. {org ? 'Run this to link the first one:' : 'Run this to log one:'}</p>
        <Code text={org ? linkSnippet(pathOfTarget(place), type) : logSnippet(entity, project)} />
      </div>
    );
  return (
    <ul className={css.versions} aria-label={`Newest versions of ${collection}`}>
      {edges.slice(0, SHOWN).map(({ version, node }) => (
        <li key={node.id}>
          <Link {...versionLink(place, version)} className="v-mono">
            {version}
          </Link>
          <AliasChips
            aliases={namedAliases(node.aliases?.filter((a) => a.artifactCollection?.id === home?.id))}
            locked={locked}
          />
        </li>
      ))}
      {edges.length > SHOWN && (
        <li>
          <Link {...collectionLink(place)}>All versions</Link>
        </li>
      )}
    </ul>
  );
}
