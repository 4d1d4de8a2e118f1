/** About where a page of keys and values ends, however few they are: what is read for one caller is bounded. */
export const LIST_BYTES = 1_000_000;
