// How pages read: the two hooks around gql(), whose answers are kept in the one store (lib/query.ts).
import { useInfiniteQuery, useQuery, type QueryKey, type UseQueryOptions } from '@tanstack/react-query';

import type { ServerError } from '../lib/session';
import type { TypedDocumentString } from './generated';
import { gql, operationName } from './request';

export { gql };

export function gqlKey<R, V>(document: TypedDocumentString<R, V>, variables?: V): QueryKey {
  const name = operationName(document.toString());
  return variables === undefined ? [name] : [name, variables];
}

export function useGql<R, V>(
  document: TypedDocumentString<R, V>,
  variables: V,
  options?: Omit<UseQueryOptions<R, ServerError>, 'queryKey' | 'queryFn'>,
) {
  return useQuery<R, ServerError>({
    queryKey: gqlKey(document, variables),
    queryFn: () => gql(document, variables),
    ...options,
  });
}

export interface Page<N> {
  edges: { node: N; cursor: string }[];
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
  totalCount?: number | null;
}

/** A list that comes page by page; `pick` finds the connection in the answer. */
export function useGqlPages<
  R,
  V extends { after?: string | null },
  P extends { pageInfo: Page<unknown>['pageInfo'] },
>(
  document: TypedDocumentString<R, V>,
  variables: V,
  pick: (data: R) => P | null | undefined,
  options?: { enabled?: boolean },
) {
  return useInfiniteQuery<R, ServerError, { pages: R[] }, QueryKey, string | null>({
    queryKey: gqlKey(document, variables),
    queryFn: ({ pageParam }) => gql(document, { ...variables, after: pageParam }),
    initialPageParam: null,
    getNextPageParam: (last) => {
      const info = pick(last)?.pageInfo;
      return info?.hasNextPage ? (info.endCursor ?? null) : null;
    },
    ...options,
  });
}
