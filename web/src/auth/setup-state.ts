import { queryOptions } from '@tanstack/react-query';
import { get } from '../api/http';

/** Which ways in there are: passwords, mail for forgotten ones, a single sign-on. */
export const setupQuery = queryOptions({
  queryKey: ['setup'],
  queryFn: ({ signal }) => get('/setup', { signal }),
});
