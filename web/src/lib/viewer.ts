// The person at the keyboard and the organization that is looked at, for every page of the app.
import { useParams } from '@tanstack/react-router';
import { createContext, useContext } from 'react';

import type { ViewerQuery } from '../graphql/generated';

export type Viewer = NonNullable<ViewerQuery['viewer']>;
export type Org = Viewer['organizations'][number];

export const ViewerContext = createContext<Viewer | null>(null);

const STORED_ORG = 'vitrine.organization';

export function useViewer(): Viewer {
  const viewer = useContext(ViewerContext);
  if (!viewer) throw new Error('useViewer outside of the shell');
  return viewer;
}

/** By display name or by the name in paths: addresses have either. */
export function findOrg(viewer: Viewer, name: string | undefined): Org | undefined {
  return viewer.organizations.find((org) => org.name === name || org.orgEntity?.name === name);
}

export function rememberOrg(org: Org): void {
  try {
    localStorage.setItem(STORED_ORG, org.name);
  } catch {
    // Storage is switched off: the first organization it is.
  }
}

function storedOrg(): string | undefined {
  try {
    return localStorage.getItem(STORED_ORG) ?? undefined;
  } catch {
    return undefined;
  }
}

/** The one in the address, else of the team in the address, else the last one, else the first. */
export function useOrg(): Org | undefined {
  const viewer = useViewer();
  const params: { org?: string; entity?: string; team?: string } = useParams({ strict: false });
  const team = params.entity ?? params.team;
  return (
    findOrg(viewer, params.org) ??
    viewer.organizations.find((org) => org.teams.some((t) => t.name === team)) ??
    findOrg(viewer, storedOrg()) ??
    viewer.organizations[0]
  );
}
