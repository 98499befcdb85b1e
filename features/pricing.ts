/**
 * Pricing: what may this item cost this customer now? A model's view over demand, stock and the customer.
 */
import { decimal, int, vector } from 'skewless';
import { z } from 'zod';
import { customerOrders, productSales } from './orders.ts';
import { itemPopularity } from './shop.ts';

/** What the pricing model takes; the request brings the price that is asked of it. */
export const priceQuote = vector('price_quote', {
  request: { item_id: int(), category: z.string(), customer_id: int(), list_price: decimal(10, 2) },
  owner: 'merchandising',
  take: v => {
    const { item_id, category, customer_id } = v.request;
    const sales = v.get(productSales, { product_id: item_id });
    const buyer = v.get(customerOrders, { customer_id });
    return {
      ...v.get(itemPopularity, { item_id, category }),
      units_sold_7d: sales.units_sold_7d,
      sales_per_day: sales.sales_per_day.or(0),
      product_revenue_7d: sales.revenue_7d,
      unique_customers_7d: sales.unique_customers_7d,
      price_changes_30d: sales.price_changes_30d,
      current_price: sales.current_price,
      current_inventory: sales.current_inventory.or(0),
      days_of_stock: sales.days_of_stock,
      customer_orders_30d: buyer.orders_30d_count,
      customer_average_30d: buyer.orders_30d_average,
      is_high_value: buyer.is_high_value,
      is_frequent_buyer: buyer.is_frequent_buyer,
    };
  },
}).derive({
  /** The list price for each unit of the price now; null where there is none. */
  price_ratio: f =>
    f.current_price === null || f.current_price === 0 ? null : f.list_price / f.current_price,
  /** Views of the last hour for each unit in stock. */
  demand_pressure: f => (f.current_inventory === 0 ? null : f.views_1h / f.current_inventory),
});
