/** Most groups with secret keys: room is made for each of them. */
export const MOST_SECRET_GROUPS = 100_000;
