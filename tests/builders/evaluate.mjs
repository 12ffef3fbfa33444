// Reads policies and groups of requests from standard input, writes for each group the first request that is refused.
//
// in:  {"policies": {name: document}, "groups": [[[identity, own, principal, action, resource, context], ...], ...]}
// out: [null or [action, resource, context, result], ...]; a fault of the input ends the process.
import { pathToFileURL } from 'node:url'

const { runSimulation } = await import(pathToFileURL(process.argv[2]))
let text = ''
for await (const part of process.stdin) text += part
const { policies, groups } = JSON.parse(text)

async function evaluate([identity, own, principal, action, resource, context]) {
  const simulation = {
    request: { principal, action, resource: { resource, accountId: principal.split(':')[4] }, contextVariables: context },
    identityPolicies: identity.map((name) => ({ name, policy: policies[name] })),
    resourcePolicy: own ? policies[own] : undefined,
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  }
  const result = await runSimulation(simulation, {})
  if (result.resultType === 'error') throw new Error(`${action} ${resource}: ${JSON.stringify(result.errors)}`)
  // A context key that the evaluator thinks unfit for the action would let a condition go unjudged.
  const parts = result.result ? [result.result] : result.results
  const ignored = parts.flatMap((part) => part.ignoredContextKeys ?? [])
  if (ignored.length) throw new Error(`${action} ${resource}: ignored ${ignored}`)
  return result.overallResult
}

const answers = []
for (const group of groups) {
  let refused = null
  for (const request of group) {
    const result = await evaluate(request)
    if (result !== 'Allowed') {
      refused = [request[3], request[4], request[5], result]
      break
    }
  }
  answers.push(refused)
}
process.stdout.write(JSON.stringify(answers))
