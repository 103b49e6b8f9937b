"""The touch kiosk for shoppers. Talks to the edge agent over HTTP and WebSocket, and to nothing else."""
