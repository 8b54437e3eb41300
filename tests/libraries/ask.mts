// Sends events, reads a profile, scores and decides by a client with the description's types: `node ask.mjs ADDRESS KEY`.
import createClient from "openapi-fetch"
import type { components, paths } from "./stamkund.js"

type Answers = components["schemas"]
declare const process: { argv: string[] }

function answered<T>({ data, error }: { data?: T; error?: Answers["ErrorAnswer"] }): T {
  if (data === undefined) throw new Error(error?.error.message)
  return data
}

const [address, key] = process.argv.slice(2)
const client = createClient<paths>({ baseUrl: address, headers: { Authorization: `Bearer ${key}` } })
const bought = { order_id: "typescript", revenue: 9 }
const event = { event: "Order Completed", messageId: "typescript-1", userId: "1", properties: bought }
const tracked = answered(await client.POST("/v1/track", { body: event }))
const batch: Answers["BatchMessage"][] = [{ type: "page", messageId: "typescript-2", userId: "1" }]
const sent = answered(await client.POST("/v1/batch", { body: { batch } }))
const profile = answered(await client.GET("/v1/profiles/{key}", { params: { path: { key: "user_id:1" } } }))
const { scores } = answered(await client.POST("/v1/scores", { body: { customers: ["1", "nobody"] } }))
const decided = answered(
  await client.POST("/v1/decisions", { body: { profile: { id: "1" }, placements: [{ id: "home" }] } }),
)
const refused = await client.POST("/v1/scores", { body: { customers: [] } })
const told: (string | number | boolean | undefined)[] = [
  tracked.accepted,
  sent.results[0].status,
  new Date(profile.as_of).toISOString(),
]
for (const one of scores) told.push("error" in one ? one.error.code : one.churn_probability !== null)
told.push(decided.placements[0].items[0].offer_id, refused.error?.error.code)
console.log(told.join("\n"))
