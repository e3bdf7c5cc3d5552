// What the search bar on the landing page found, in groups.
import { Link } from '@tanstack/react-router';

import { Icon } from '../components/Icon';
import { Section } from '../components/Page';
import { Empty, LoadingRows, Problem } from '../components/states';
import { useGql } from '../graphql/client';
import { SearchDocument } from '../graphql/generated';
import { foundLines } from '../lib/search';
import css from './SearchResults.module.css';

const FIRST = 50;

export function Results({ org, text }: { org: string; text: string }) {
  const result = useGql(SearchDocument, { organization: org, text, first: FIRST });

  if (result.isError) return <Problem error={result.error} retry={() => void result.refetch()} />;
  if (result.isPending) return <LoadingRows />;
  const lines = foundLines(org, result.data.search);
  if (lines.length === 0)
    return (
      <Empty icon="search" title={`Nothing found for '${text}'`}>
        <p>Names of registries and collections, tags and aliases are searched.</p>
      </Empty>
    );
  return (
    <>
      {(['Registries', 'Collections', 'Versions'] as const).map((group) => {
        const shown = lines.filter((line) => line.group === group);
        return shown.length === 0 ? null : (
          <Section key={group} title={group}>
            <ul className={css.list}>
              {shown.map((line) => (
                <li key={line.key}>
                  <Link {...line.link} className={css.line}>
                    <Icon name={line.icon} />
                    <span className={css.label}>{line.label}</span>
                    <span className={css.hint}>{line.hint}</span>
                  </Link>
                </li>
              ))}
            </ul>
          </Section>
        );
      })}
    </>
  );
}
