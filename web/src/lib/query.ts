// The one store of answers. What is shown is kept for a while, so that going back is instant; it is
// asked again in the background, and when the server says that it changed (lib/live.ts).
import { QueryClient } from '@tanstack/react-query';

import { ServerError } from './session';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      gcTime: 10 * 60_000,
      refetchOnWindowFocus: false,
      // Only what may be better next time: no answer at all, or a server that is busy.
      retry: (count, error) =>
        count < 2 && error instanceof ServerError && (error.status === 0 || error.status >= 502),
    },
  },
});
