import { makings, workings, world } from '/work/main/test/bad-input/calls.ts'
import { everyAtom, build, CallersError } from '/work/main/test/bad-input/hostile.ts'
import { isEngineError } from 'draftwork'
process.on('unhandledRejection', (e) => console.log('UNHANDLED', (e as Error)?.message?.slice(0,100)))
const seen = new Map<string,string[]>()
const note = (k: string, v: string) => seen.set(k, [...(seen.get(k) ?? []), v])
for (const [group, calls] of Object.entries({ makings, workings })) for (const [name, call] of Object.entries(calls)) for (const d of everyAtom) {
  const w = await world()
  const atom = (d as {atom: string}).atom
  if (/^levelStore|^run\(|result/.test(name) && /^(promise)/.test(atom)) {}
  try {
    const r = await Promise.race([(async () => call(w, build(d) as never))(), new Promise((_, no) => setTimeout(() => no(new Error('HANG')), 1000).unref())])
    if (group === 'makings' || process.env.ALL) note(`ok ${name}`, atom)
    else note(`ok ${name}`, atom)
  } catch (e) {
    let ok = false
    try { ok = isEngineError(e) || e instanceof CallersError } catch {}
    if (!ok) note(`RAW ${name}: ${(() => { try { return (e as Error)?.constructor?.name + ' ' + String((e as Error)?.message).slice(0, 90) } catch { return 'unprintable' } })()}`, atom)
    else if (w.store.commits.length) note(`COMMITTED BUT THREW ${name}`, atom)
  }
}
for (const [k, v] of [...seen].sort()) console.log(k, '<-', v.join(', '))
if (({} as any).polluted) console.log('POLLUTED')
