/** Rows in runs of few lengths, so that PostgreSQL prepares few statements. */

const LENGTHS = [50, 10, 1];

/** All of them, in order. */
export function* inRuns<Row>(rows: readonly Row[]): Generator<Row[]> {
  for (let from = 0; from < rows.length;) {
    const length = LENGTHS.find((each) => each <= rows.length - from) ?? 1;
    yield rows.slice(from, from + length);
    from += length;
  }
}
