import { dynamodbStore } from '/work/main/adapters/dynamodb/index.ts'
import { itemSize } from '/work/main/core/data/item.ts'
import { parseNumber } from '/work/main/core/data/number.ts'
import { dynamodbLocal } from '/work/main/test/support/dynamodb-local.ts'
const local = await dynamodbLocal()
const store = dynamodbStore({ client: local!.client() })
await store.createTable({ table:'s', partition:{name:'id',type:'S'}, indexes:[] })
for (const t of ['1','-1','12','-12','123','-123','1234','-1234','10','100','1000','120','1200','0','0.1','0.01','1.5','15.5','-15.5','9'.repeat(38),'-'+'9'.repeat(38), '-'+'9'.repeat(38)+'0', '9'.repeat(38)+'0','1e125','-9e125','1e-130','0.12','0.123','-0.123', '-'+'9'.repeat(37), '9'.repeat(37),'-'+'9'.repeat(36),'-'+'9'.repeat(37)+'0']) {
  const n = parseNumber(t)
  let found
  const bare = { id:'a', n, padding:'' }
  for (let d=4; d>=-4; d--) {
    const item = { ...bare, padding: 'x'.repeat(400*1024 - itemSize(bare) + d) }
    const o = await store.commit({ id: crypto.randomUUID(), actions:[{kind:'put',table:'s',key:{id:'a'},item,condition:{kind:'all',conditions:[]}}] })
    if (o.kind==='committed') { found = d; break }
  }
  if (found !== 0) console.log(t, 'local allows', found)
}
process.exit(0)
