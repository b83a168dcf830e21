"""Circuits that prepare a superposition and measure it."""

from __future__ import annotations

from qiskit import QuantumCircuit

__all__ = ["ghz_circuit"]

LARGEST = 24


def ghz_circuit(qubits: int) -> QuantumCircuit:
    """A circuit that entangles all qubits. Raises ValueError outside 2..24."""
    if not 2 <= qubits <= LARGEST:
        raise ValueError(f"between 2 and {LARGEST} qubits, not {qubits}")
    circuit = QuantumCircuit(qubits)
    circuit.h(0)
    for target in range(1, qubits):
        circuit.cx(0, target)
    circuit.measure_all()
    return circuit
