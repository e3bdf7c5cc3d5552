// Changing something: sends a mutation, shows the server's words when it says no, and asks for
// everything on the page again when it says yes.
import { useMutation, useQueryClient } from '@tanstack/react-query';

import { toastError } from '../components/toast';
import { gql } from '../graphql/client';
import type { TypedDocumentString } from '../graphql/generated';
import type { ServerError } from './session';

export function useChange<R, V>(document: TypedDocumentString<R, V>, options?: { quiet?: boolean }) {
  const client = useQueryClient();
  return useMutation<R, ServerError, V>({
    mutationFn: (variables) => gql(document, variables),
    onSuccess: () => client.invalidateQueries(),
    onError: options?.quiet ? undefined : toastError,
  });
}
