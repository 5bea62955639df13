/** What all rooms of this process keep of their last seconds. */
export const RING = { bytes: 0, rooms: 0 };
