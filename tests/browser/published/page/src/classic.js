const socket = new WebSocket('ws://localhost:9000');
socket.onopen = () => postMessage('Connected');
socket.onclose = () => postMessage('Closed');
