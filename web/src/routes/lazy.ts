// Components whose code comes when it is needed; see pages.ts. Unlike React's own lazy ones they are drawn
// in one go when their code is there already.
import { lazyRouteComponent } from '@tanstack/react-router';

import { CODE, pagesOf } from './pages';
import type { Search } from './search';

const LAZY = {
  SignIn: lazyRouteComponent(CODE.SignIn),
  Registries: lazyRouteComponent(CODE.Registries),
  RegistryPage: lazyRouteComponent(CODE.RegistryPage),
  RegistrySettings: lazyRouteComponent(CODE.RegistrySettings),
  ArtifactTree: lazyRouteComponent(CODE.ArtifactTree),
  CollectionPage: lazyRouteComponent(CODE.CollectionPage),
  VersionPage: lazyRouteComponent(CODE.VersionPage),
  MetadataTab: lazyRouteComponent(CODE.MetadataTab),
  UsageTab: lazyRouteComponent(CODE.UsageTab),
  FilesTab: lazyRouteComponent(CODE.FilesTab),
  LineageTab: lazyRouteComponent(CODE.LineageTab),
  CompareTab: lazyRouteComponent(CODE.CompareTab),
  ArtifactBrowser: lazyRouteComponent(CODE.ArtifactBrowser),
  ProjectRuns: lazyRouteComponent(CODE.ProjectRuns),
  RunPage: lazyRouteComponent(CODE.RunPage),
};

export const {
  ArtifactTree,
  SignIn,
  Registries,
  RegistryPage,
  RegistrySettings,
  CollectionPage,
  VersionPage,
  MetadataTab,
  UsageTab,
  FilesTab,
  LineageTab,
  CompareTab,
  ArtifactBrowser,
  ProjectRuns,
  RunPage,
} = LAZY;

/** Done when what an address needs can be drawn; what failed to come says so when it is drawn. */
export async function loadPages(path: string, search: Search): Promise<void> {
  await Promise.all(pagesOf(path, search).map((name) => LAZY[name].preload?.()));
}
