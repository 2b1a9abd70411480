// Models stay cheap for TypeScript: what each one more costs, between programs of 1 and of 20.
import { instantiations } from '../benchmarks/types/instantiations.mjs'

const BUDGET = 3000
const [one, twenty] = [1, 20].map((models) => instantiations(models).instantiations)
const each = Math.round((twenty - one) / 19)
console.log(`${each} of ${BUDGET} instantiations a model (${one} for one, ${twenty} for twenty)`)
if (each > BUDGET) process.exitCode = 1
