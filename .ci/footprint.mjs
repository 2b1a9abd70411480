// The library stays small: everything but LevelDB, with its dependencies and without the SDK, minified and gzipped.
import { bundle } from '../benchmarks/footprint/bundle.mjs'

// Wanted are 40 KB (see docs/benchmarks.md); this keeps what there is from growing unnoticed.
const BUDGET = 126 * 1024
const { minified, gzipped } = await bundle()
console.log(`${gzipped} of ${BUDGET} bytes (${minified} before gzip)`)
if (gzipped > BUDGET) process.exitCode = 1
