// Sends each of the six calls by Segment's library for Node: `node deliver.mjs ADDRESS KEY gzip|plain`.
import { gzipSync } from "node:zlib"
import { Analytics } from "@segment/analytics-node"

const [host, writeKey, packing] = process.argv.slice(2)
const packed = (url, { headers, body, ...options }) =>
  fetch(url, { ...options, headers: { ...headers, "Content-Encoding": "gzip" }, body: gzipSync(body) })
const analytics = new Analytics({ host, writeKey, maxRetries: 0, ...(packing === "gzip" ? { httpClient: packed } : {}) })
analytics.on("error", (error) => {
  console.error(error)
  process.exitCode = 1
})
const userId = `node-${packing}`
const products = [{ product_id: "tea", price: 4.5, quantity: 2 }]
analytics.identify({ userId, traits: { email: "anna@shop.example", plan: "gold" } })
analytics.track({ userId, event: "Order Completed", properties: { order_id: userId, products } })
analytics.track({ userId, event: "Product Viewed", properties: { product_id: "tea" }, timestamp: new Date("2017-11-01T12:00:00Z") })
analytics.page({ userId, category: "Shop", name: "Home", properties: { path: "/" } })
analytics.screen({ userId, category: "Shop", name: "Start" })
analytics.group({ userId, groupId: "tea-club", traits: { name: "Tea club" } })
analytics.alias({ previousId: `old-${userId}`, userId })
await analytics.closeAndFlush()
