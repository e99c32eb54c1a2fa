// Asks iam-simulate. One request a line in, one answer a line out: {"result", "conditions"}, or {"error"} if it takes
// no such request. Its first argument is the file that is the library.
import { createInterface } from 'node:readline'

const { runSimulation } = await import(process.argv[2])

for await (const line of createInterface({ input: process.stdin })) {
  const { simulation, options } = JSON.parse(line)
  let answer
  try {
    const found = await runSimulation(simulation, options)
    const analysis = found.result?.analysis
    answer = analysis
      ? { result: analysis.result, conditions: analysis.conditions }
      : { error: found.errors?.message ?? found.resultType }
  } catch (error) {
    answer = { error: String(error) }
  }
  console.log(JSON.stringify(answer))
}
