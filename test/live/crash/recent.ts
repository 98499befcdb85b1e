/** What is sent again is one of so many: they outlast a life of the service, so that its memory must outlive it too. */
export const RECENT = 1_000;
