"""Differentiable ops, in place and out of it, views and functions: recorded, they give their bits.

Each line is an expression over leaves that have been multiplied by one, so that an op may write
into them: ``x y`` 4×3, ``u`` 4×3 between 0.1 and 0.9, ``s`` a symmetric positive 3×3, ``w`` 3×3,
``v`` of 3, ``z`` complex 4×3, ``t`` 2×3×8, ``img`` 1×2×6×6; without gradient ``i`` indices below 3,
``b`` booleans 4×3, ``n`` None.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

import gradviz
from gradviz.trace.events import Failed, OpRan
from tests.engine.compare import run_both, same, tensors, unlike_now, unreadable

POINTWISE = """
x + y; x - y; x * y; x / u; x % u; x ** 2; u ** y; 2 ** x; 1 / u; 3 - x; -x; +x; abs(x)
u.detach() // 0.3; x.add(y, alpha=2); x.sub(y); x.mul(3); x.div(u); x.div(u, rounding_mode="floor")
x.true_divide(u); x.addcmul(y, u, value=2); x.addcdiv(y, u); x.lerp(y, 0.3); x.lerp(y, u)
torch.rsub(x, y); x.abs(); x.neg(); x.sign(); x.square(); u.sqrt(); u.rsqrt(); u.reciprocal()
x.exp(); x.exp2(); x.expm1(); u.log(); u.log2(); u.log10(); u.log1p(); x.sin(); x.cos(); x.tan()
u.asin(); u.acos(); x.atan(); x.sinh(); x.cosh(); x.tanh(); x.asinh(); (u + 1).acosh(); u.atanh()
x.sinc(); x.sigmoid(); torch.special.expit(x); u.logit(); x.erf(); x.erfc(); (u / 2).erfinv()
u.lgamma(); u.digamma(); torch.polygamma(1, u); torch.special.i0e(x); torch.special.ndtr(x)
torch.special.log_ndtr(x); torch.special.xlog1py(x, u); torch.xlogy(x, u); torch.special.entr(u)
torch.special.zeta(2.0, u.detach()); torch.atan2(x, y); torch.hypot(x, y); torch.fmod(x, u)
torch.remainder(x, u); torch.copysign(x, y); torch.maximum(x, y); torch.minimum(x, y)
torch.fmax(x, y); torch.fmin(x, y); torch.float_power(u, 3); torch.logaddexp(x, y)
torch.logaddexp2(x, y); x.clamp(-0.5, 0.5); x.clamp(min=y); x.clamp_max(0.1); x.round(); x.floor()
x.ceil(); x.trunc(); x.frac(); x.nan_to_num(); x.deg2rad(); x.rad2deg(); torch.ldexp(x, i[:3])
torch.frexp(x); torch.heaviside(x.detach(), y.detach()); torch.where(b, x, y); x.where(b, 0)
x.masked_fill(b, 3.0); torch.positive(x); x.type_as(v); x.double(); x.half(); x.to(torch.bfloat16)
torch.nextafter(x.detach(), y.detach()); x.gt(y); x == y; x.isnan(); x.logical_and(y); b & ~b
i << 1
"""

REDUCING = """
x.sum(); x.sum(0); x.sum((0, 1), keepdim=True); x.mean(); x.mean(1); x.prod(); x.prod(0); x.var()
x.var(1, correction=0); x.std(0); torch.var_mean(x, 1); torch.std_mean(x); x.norm(); x.norm(1, 0)
x.norm(float("inf")); torch.linalg.vector_norm(x, 3, dim=1); x.max(); x.max(1); x.min(0); x.amax(1)
x.amin(0); x.aminmax(); x.median(); x.median(1); x.nanmedian(); x.mode(1); x.kthvalue(2, 1)
x.quantile(0.3, dim=1); x.nanquantile(0.5); x.logsumexp(1); x.nansum(); x.nanmean(); x.cumsum(0)
x.cumprod(1); x.cummax(0); x.cummin(1); x.logcumsumexp(0); x.diff(); torch.trapezoid(x); x.dist(y)
torch.cumulative_trapezoid(x, dim=1); x.argmax(1); x.any(); b.all(); x.count_nonzero()
x.renorm(2, 0, 1.0); torch.gradient(x)[0]; x.softmax(1); x.log_softmax(0); torch.corrcoef(x)
torch.cov(x); x.trace(); torch.cdist(x, y); torch.cdist(x, y, 1.0); F.pdist(x)
torch.combinations(v); torch.histc(x.detach()); x.sort(1); x.argsort(); x.topk(2); torch.msort(x)
x.detach().unique(); torch.searchsorted(v.detach(), x.detach())
"""

SHAPES = """
x.view(3, 4); x.view(-1); x.reshape(2, 6); x.T; x.mT; x.H; x.t(); x.transpose(0, 1); x.permute(1, 0)
x.unsqueeze(1); x[None]; x.unsqueeze(0).squeeze(0); x.expand(2, 4, 3); v.expand_as(x); x.flatten()
x.unflatten(0, (2, 2)); x.ravel(); x.contiguous(); x.clone(); x.detach() * x; x.narrow(0, 1, 2)
x.select(0, 1); x[1]; x[:, 1]; x[1:3, ::2]; x[..., -1]; x[b]; x[i]; x[i, i]; x[i[:, None], [0, 2]]
x.index_select(0, i); x.gather(1, i[:, None]); x.take(i); x.take_along_dim(i[:, None], 1)
x.masked_select(b); x.diagonal(); x.diag(); v.diag(); torch.diag_embed(x); v.diagflat(); x.tril()
x.triu(); x.split(2); x.split([1, 3]); x.chunk(2, 1); x.unbind(); x.tensor_split(3)
torch.hsplit(x, 3); torch.vsplit(x, 2); [row * 2 for row in x]; torch.cat([x, y])
torch.cat([x, y], 1); torch.stack([x, y]); torch.hstack([x, y]); torch.vstack([x, y])
torch.dstack([x, y]); torch.column_stack([x, y]); torch.block_diag(x, y); torch.atleast_3d(x)
torch.broadcast_to(v, (4, 3)); torch.broadcast_tensors(x, v); torch.meshgrid(v, v, indexing="ij")
torch.cartesian_prod(v, v); x.repeat(2, 1); x.tile(2); x.repeat_interleave(2, 0); x.roll(1, 0)
x.flip(0); x.fliplr(); x.rot90(); x.movedim(0, 1); x.swapaxes(0, 1); x.unfold(0, 2, 1)
x.as_strided((2, 2), (3, 1)); torch.narrow_copy(x, 0, 0, 2); x.view_as(y); x.sum_to_size(1, 3)
F.pad(x, (1, 2)); F.pad(t, (1, 1), mode="reflect"); x.index_add(0, i, y)
x.index_copy(0, torch.arange(4), y); x.index_fill(0, i, 2.0); x.index_put((i,), y)
x.scatter(1, i[:, None], y[:, :1]); x.scatter_add(0, i[:, None] * 0 + torch.arange(3), y)
x.scatter_reduce(0, i[None, :3], y, "prod"); x.index_reduce(0, i, y, "amax"); x.masked_scatter(b, y)
x.select_scatter(v, 0, 1); x.slice_scatter(y[:2], 0, 1, 3); x.diagonal_scatter(v)
torch.segment_reduce(x, "sum", lengths=torch.tensor([1, 3])); torch.empty_like(x).copy_(x)
torch.zeros(4, 3).add(x); x.new_ones(3) * x; torch.full((3,), 2.0) * x; x.resolve_conj()
x.view(torch.int32); torch.view_as_real(z)
torch.view_as_complex(t.unflatten(2, (4, 2)).contiguous())
"""

LINEAR = """
x @ w; torch.mm(x, w); torch.matmul(t, t.mT); x.mv(v); v.dot(v); torch.vdot(v, v); torch.inner(x, y)
torch.outer(v, v); torch.bmm(t, t.mT); torch.addmm(v, x, w); torch.addmv(v, w, v)
torch.addr(w, v, v); torch.addbmm(torch.zeros(3, 3), t, t.mT)
torch.baddbmm(torch.zeros(2, 3, 3), t, t.mT, beta=0.5); torch.einsum("ij,kj->ik", x, y)
torch.tensordot(x, y, dims=([1], [1])); torch.kron(x, w); torch.cross(x, y, dim=1)
torch.linalg.multi_dot([x, w, s]); torch.chain_matmul(x, w); s.matrix_exp(); s.matrix_power(3)
s.det(); torch.linalg.slogdet(s); s.logdet(); s.inverse(); torch.linalg.inv(s); torch.linalg.pinv(x)
x.pinverse(); torch.linalg.solve(s, x.T); torch.linalg.solve_triangular(s.tril(), x.T, upper=False)
torch.linalg.cholesky(s); torch.cholesky_inverse(torch.linalg.cholesky(s))
torch.cholesky_solve(x.T, torch.linalg.cholesky(s)); torch.linalg.qr(x)
torch.linalg.svd(x, full_matrices=False)[1]; torch.linalg.svdvals(x); torch.linalg.eigh(s)[0]
torch.linalg.eigvalsh(s); torch.linalg.eigvals(w).abs(); torch.linalg.lu(w)[2]
torch.linalg.matrix_norm(w); torch.linalg.cond(s); torch.linalg.norm(w, 2)
torch.linalg.householder_product(x, v); torch.linalg.vander(v)
torch.linalg.tensorinv(s.view(3, 3, 1), ind=1); torch.trapz(x); torch.vander(v.detach())
torch.fft.fft(x); torch.fft.ifft(z); torch.fft.rfft(x); torch.fft.irfft(z); torch.fft.fft2(x)
torch.fft.fftn(z); torch.fft.hfft(z); torch.fft.ihfft(x); torch.fft.rfft2(x); torch.fft.fftshift(x)
torch.stft(t[0, 0], 4, return_complex=True, window=torch.ones(4)); z.conj(); z.conj() * z; z.real
z.imag; z.abs(); z.angle(); z.conj().imag * 2; torch.complex(x, y); torch.polar(u, x); z.sgn()
z.mH @ z; z.exp(); z.sqrt(); z.conj_physical(); z.H; torch.real(z); torch.imag(z.conj())
z.sum().abs()
"""

FUNCTIONS = """
F.relu(x); F.relu6(x); F.elu(x); F.selu(x); F.celu(x); F.gelu(x); F.silu(x); F.mish(x)
F.softplus(x); F.softsign(x); F.hardtanh(x); F.hardswish(x); F.hardsigmoid(x); F.leaky_relu(x)
F.prelu(x, v[:1]); F.rrelu(x, training=True); F.logsigmoid(x); F.tanhshrink(x); F.softshrink(x)
F.hardshrink(x); F.threshold(x, 0.1, 2.0); F.glu(t); F.softmin(x, 1); F.gumbel_softmax(x)
F.dropout(x); F.dropout1d(t); F.alpha_dropout(x, training=True)
F.feature_alpha_dropout(t, training=True); F.linear(x, w, v); F.bilinear(x, y, torch.ones(2, 3, 3))
F.conv1d(t, torch.ones(2, 3, 2)); F.conv2d(img, torch.ones(2, 2, 3, 3), padding=1)
F.conv_transpose2d(img, torch.ones(2, 2, 3, 3)); F.unfold(img, 2)
F.fold(F.unfold(img, 2), (6, 6), 2); F.max_pool1d(t, 2); F.max_pool2d(img, 2); F.avg_pool2d(img, 2)
F.adaptive_avg_pool2d(img, 2); F.adaptive_max_pool2d(img, 2); F.lp_pool2d(img, 2, 2)
F.batch_norm(x, n, n, v, v, training=True); F.layer_norm(x, (3,), v, v); F.group_norm(img, 2)
F.instance_norm(img); F.rms_norm(x, (3,)); F.local_response_norm(img, 2); F.normalize(x)
F.cosine_similarity(x, y); F.pairwise_distance(x, y); F.one_hot(i)
F.interpolate(img, scale_factor=2, mode="bilinear"); F.interpolate(t, size=5, mode="linear")
F.grid_sample(img, torch.zeros(1, 2, 2, 2), align_corners=False)
F.affine_grid(torch.ones(1, 2, 3), (1, 2, 4, 4), align_corners=False) * img[0, 0, 0, 0]
F.pixel_shuffle(img.repeat(1, 2, 1, 1), 2); F.embedding(i, w)
F.embedding_bag(i, w, torch.tensor([0, 2])); F.scaled_dot_product_attention(t, t, t)
F.scaled_dot_product_attention(t, t, t, is_causal=True); F.mse_loss(x, y); F.l1_loss(x, y)
F.smooth_l1_loss(x, y); F.huber_loss(x, y); F.cross_entropy(x, i); F.nll_loss(x, i)
F.binary_cross_entropy(u, u.detach()); F.binary_cross_entropy_with_logits(x, u)
F.kl_div(x, u, reduction="sum"); F.poisson_nll_loss(x, u)
F.cosine_embedding_loss(x, y, torch.ones(4)); F.triplet_margin_loss(x, y, u)
F.multi_margin_loss(x, i)
F.ctc_loss(t.permute(2, 0, 1).log_softmax(2), torch.ones(2, 2).long(), (8, 8), (2, 2))
F.hinge_embedding_loss(x, x.sign().detach()); F.soft_margin_loss(x, x.sign().detach())
F.multilabel_soft_margin_loss(x, u.round().detach())
torch.utils.checkpoint.checkpoint(torch.sin, x, use_reentrant=False)
torch.autograd.grad(x.pow(3).sum(), x, create_graph=True); torch.bernoulli(u); torch.poisson(u)
torch.multinomial(u, 2); torch.normal(x, 1.0); torch.rand_like(x) * x
torch.nn.init.normal_(torch.empty(3)) * x
"""

IN_PLACE = """
x.add_(y); x.sub_(1); x.mul_(y); x.div_(u); x.pow_(2); x.neg_(); x.abs_(); x.exp_(); u.log_()
u.sqrt_(); u.rsqrt_(); u.reciprocal_(); x.sin_(); x.cos_(); x.tanh_(); x.sigmoid_(); x.relu_()
x.clamp_(-0.1, 0.1); x.clamp_min_(0); x.round_(); x.floor_(); x.fmod_(0.3); x.erf_(); x.square_()
x.addcmul_(y, u); x.addcdiv_(y, u); x.lerp_(y, 0.1); x.fill_(2); x.zero_(); x.copy_(y)
x.masked_fill_(b, 1.0); x.masked_scatter_(b, y); x.index_add_(0, i, y); x.index_fill_(0, i, 2.0)
x.index_put_((i,), y); x.scatter_(1, i[:, None], y[:, :1])
x.scatter_add_(0, i[:, None] * 0 + torch.arange(3), y); x.tril_(); x.triu_(1)
x.addmm_(x.detach() @ w.detach(), w); w.addr_(v, v); v.addmv_(w, y[0]); x.cumsum_(0)
x.renorm_(2, 0, 1.0); x.fill_diagonal_(1.0); x.t_(); x.unsqueeze_(0); x.transpose_(0, 1)
x.__iadd__(y); x.__imul__(2); x.__itruediv__(u); x.__isub__(y); x.__setitem__(0, 1.0)
x.__setitem__((slice(None), 1), y[:, 0]); x.__setitem__(b, 0.0); x.__setitem__(i, y); x[0].mul_(2)
x[:, 1].zero_(); x.view(-1)[3:7].fill_(0); x.T.add_(1); x.diagonal().mul_(3); x[1:].copy_(y[1:])
x.unbind()[0] + 1; x.real.mul_(2); z.imag.zero_(); z.conj().mul_(1j); F.relu(x, True)
F.relu(x, inplace=True); F.elu(x, 1.0, True); F.dropout(x, 0.5, True, True)
F.hardtanh(x, -1, 1, True); F.threshold(x, 0.1, 0.0, True); F.silu(x, inplace=True)
F.leaky_relu_(x, 0.2); torch.add(x.detach(), 1, out=y.detach())
torch.mul(x.detach(), 2, out=torch.empty(0))
torch.sort(x.detach(), out=(torch.empty(0), torch.empty(0, dtype=torch.long)))
F.batch_norm(x, v.detach(), u[0].detach(), training=True)
F.batch_norm(x, v.detach(), u[0].detach(), n, n, True)
F.instance_norm(img, v.detach()[:2], u[0].detach()[:2])
torch.batch_norm(x, n, n, v.detach(), u[0].detach(), True, 0.1, 1e-5, True)
F.embedding(i, w.detach(), max_norm=0.1); F.embedding_bag(i[None], w.detach(), max_norm=0.1)
torch._foreach_add_([x, y], 1); torch._foreach_mul_([x], [u]); torch._foreach_zero_([x, y])
x.detach().normal_(); x.detach().uniform_(); x.detach().random_(); x.detach().bernoulli_(0.5)
x.detach().exponential_(); x.requires_grad_(); x.detach().resize_(2, 2); x.detach().swapaxes_(0, 1)
torch.ops.aten.relu_(x); torch.ops.aten.add_.Tensor(x, y); x.put_(i, y[:, 0]); x.xlogy_(u)
"""

EXPRESSIONS = [
    expression.strip()
    for table in (POINTWISE, REDUCING, SHAPES, LINEAR, FUNCTIONS, IN_PLACE)
    for line in table.strip().splitlines()
    for expression in line.split(";")
]

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*chain_matmul is deprecated",
    "ignore:Casting complex values to real:UserWarning",
    "ignore:An output with one or more elements was resized:UserWarning",
    "ignore:index_reduce.. is in beta:UserWarning",
)


def leaves() -> dict[str, Tensor]:
    symmetric = torch.randn(3, 3)
    return {
        "x": torch.randn(4, 3),
        "y": torch.randn(4, 3),
        "u": torch.rand(4, 3) * 0.8 + 0.1,
        "s": symmetric @ symmetric.T + torch.eye(3),
        "w": torch.randn(3, 3),
        "v": torch.randn(3),
        "z": torch.randn(4, 3, dtype=torch.complex64),
        "t": torch.randn(2, 3, 8),
        "img": torch.randn(1, 2, 6, 6),
    }


def run(expression: str) -> dict[str, Any]:
    """The values and gradients that an expression leads to."""
    roots = {name: leaf.requires_grad_() for name, leaf in leaves().items()}
    names: dict[str, Any] = {name: leaf * 1 for name, leaf in roots.items()}
    names |= {"i": torch.tensor([0, 2, 1, 2]), "n": None}
    names["b"] = torch.tensor([[True, False, True]] * 4)
    result = eval(expression, {"torch": torch, "F": F}, names)
    outputs = [*tensors(result), *tensors(names)]
    differentiable = [out for out in outputs if out.grad_fn is not None]
    loss = sum((out * out.conj() + out).sum().real for out in differentiable)
    loss.backward()
    return {"outputs": outputs, "gradients": {name: leaf.grad for name, leaf in roots.items()}}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_recorded_op_is_the_plain_one(expression: str) -> None:
    try:
        plain, recorded, recorder = run_both(lambda: run(expression))
    except RuntimeError as error:
        if "derivative for" not in str(error):
            raise
        with pytest.raises(RuntimeError, match="derivative for"):
            run(expression)
        pytest.skip(str(error))
    for key, value in plain.items():
        assert same(value, recorded[key]), key
    trace = recorder.trace
    assert unreadable(trace) == []
    assert unlike_now(recorder) == []
    assert not any(isinstance(event, Failed) for event in trace.events)
    ops = [event.op for event in trace.events if isinstance(event, OpRan)]
    assert len(ops) > len(leaves()) * 2


def test_there_are_many() -> None:
    assert len(set(EXPRESSIONS)) >= 500


def test_a_change_in_place_made_its_node() -> None:
    w = torch.randn(3, requires_grad=True)
    with gradviz.record() as trace:
        out = w * 2
        out += w
        out.tanh_().sum().backward()
    made = {event.op: event.nodes for event in trace.events if isinstance(event, OpRan)}
    names = {node.id: (node.name, node.op) for node in trace.graphs[0].nodes}
    assert [names[id] for id in made["add_"]] == [("AddBackward0", "add")]
    assert [names[id] for id in made["tanh_"]] == [("TanhBackward0", "tanh")]
